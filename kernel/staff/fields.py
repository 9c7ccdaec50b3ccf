"""Form fields for texts that staff type. They follow the API's schemas, checked by the same functions.

What an operation refuses (a control character, a letter, a length) is refused here too, and blanks are
normalised.
"""

import unicodedata
from typing import Any, TypeVar

from django import forms

from kernel import addresses, copied_texts, texts
from kernel.addresses import InvalidAddress
from kernel.api import bounds, schema, text_forms, validation
from kernel.api.schema import COMPONENTS, Schema

Described = (
    Schema | tuple[str, ...]
)  # a schema, or the name of a component and the path to a property
LONGEST_REASON = 500
NO_ADDRESS = "Not an e-mail address: it contains a character that only looks like another, or that is invisible."
NO_WHOLE_ADDRESS = "Not an e-mail address: a whole one is needed, such as ada@example.org."
NO_CONTROLS = "It holds an invisible character, which some programs copy along. Type it again."


def why_no_address(text: str) -> str:
    """What staff read of a text that is not an e-mail address."""
    plain = unicodedata.normalize("NFKC", text)
    if "@" in plain and not text.isascii():
        return NO_ADDRESS
    return NO_WHOLE_ADDRESS


def property_of(component: str, *names: str) -> Schema:
    """The schema of one property. Called only when needed: components are complete once all apps are
    loaded."""
    property_schema = COMPONENTS[component]
    for name in names:
        property_schema = property_schema["properties"][name]
    return (
        COMPONENTS[property_schema["$ref"].rpartition("/")[2]]
        if "$ref" in property_schema
        else property_schema
    )


def normal(described: Schema, value: Any) -> Any:
    """A text, or a list of them, in its normal form. Raises ValidationError for control characters."""
    for text in value if isinstance(value, list) else [value]:
        try:
            bounds.check_text(text)
        except bounds.Unacceptable:
            raise forms.ValidationError(NO_CONTROLS, code="controls") from None
    return text_forms.with_normal_texts(described, value)


def hold(described: Schema, value: Any, *, letters: str = "") -> None:
    """Raises ValidationError; `letters` says in words what a pattern allows."""
    failure = validation.first_failure(described, value)
    if failure is None:
        return
    kind = type(failure.kind).__name__.removeprefix("ValidationErrorKind_")
    limit = getattr(failure.kind, "limit", None)
    words = {
        "MaxLength": f"It is too long: at most {limit} characters are allowed.",
        "MaxItems": f"These are too many: at most {limit} are allowed.",
        "Pattern": letters or NO_CONTROLS,
    }
    raise forms.ValidationError(words.get(kind, validation.reason(failure)), code=kind)


class Text(forms.CharField):
    def __init__(self, described: Described, *, letters: str = "", **options: Any) -> None:
        super().__init__(**options)
        self._described, self._letters = described, letters

    @property
    def described(self) -> Schema:
        schema_or_path = self._described
        return property_of(*schema_or_path) if isinstance(schema_or_path, tuple) else schema_or_path

    def to_python(self, value: Any) -> Any:
        return normal(self.described, super().to_python(value))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value:
            hold(self.described, value, letters=self._letters)


class Texts(Text):
    """Several texts in one line, separated by commas."""

    def to_python(self, value: Any) -> Any:
        parts = (forms.CharField.to_python(self, value) or "").split(",")
        return [text for text in normal(self.described, parts) if text.strip()]


class Address(forms.CharField):
    """An e-mail address, in its canonical form. It may be pasted with the name before it, which browsers refuse in a
    field of type `email`."""

    def __init__(self, **options: Any) -> None:
        attributes = {"autocomplete": "off", "inputmode": "email"}
        super().__init__(**{"widget": forms.TextInput(attrs=attributes), **options})

    def to_python(self, value: Any) -> str:
        text = copied_texts.address_in(super().to_python(value) or "")
        try:
            return addresses.canonical(text) if text else ""
        except InvalidAddress:
            raise forms.ValidationError(why_no_address(text or ""), code="address") from None


class Reason(Text):
    def __init__(self, **options: Any) -> None:
        described = schema.name(max_length=LONGEST_REASON)
        options.setdefault("label", "Reason or ticket number")
        options.setdefault(
            "help_text", "Kept in the audit trail. No names or other data of patients."
        )
        options.setdefault("error_messages", {"required": "A reason or ticket number is needed."})
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(described, **options)


class StaffForm(forms.Form):
    """A form in the style of the pages: see staff/_field.html."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("label_suffix", "")
        super().__init__(*args, **options)

    @property
    def first_error(self) -> str:
        """The first error, for a message on another page."""
        name, errors = next(iter(self.errors.as_data().items()))
        text = errors[0].messages[0]
        return text if errors[0].code == "required" else f"{self[name].label}: {text}"


class ReasonForm(StaffForm):
    reason = Reason()


AnyForm = TypeVar("AnyForm", bound=StaffForm)


def with_focus(form: AnyForm, name: str) -> AnyForm:
    """The field has the focus when the page opens."""
    form.fields[name].widget.attrs["autofocus"] = True
    return form


class OptionalReasonForm(StaffForm):
    reason = Reason(required=False)


class Typed(forms.CharField):
    """The name of what is meant, typed before something that cannot be undone, and compared in its normal form: others
    may have stored a name with two blanks. Letter case, and which apostrophes, quotes and dashes these are, do
    not count. The script keeps the button off until it is right."""

    def __init__(self, expected: str, *, wrong: str, **options: Any) -> None:
        self._expected, self._wrong = texts.name(expected), wrong
        attrs = {"autocomplete": "off", "data-must-equal": self._expected}
        super().__init__(label="Typed text", widget=forms.TextInput(attrs=attrs), **options)

    def validate(self, value: Any) -> None:
        super().validate(value)
        is_same = texts.as_confirmed(value) == texts.as_confirmed(self._expected)
        if not is_same and not self._is_address(value):
            raise forms.ValidationError(self._wrong, code="wrong")

    def _is_address(self, value: str) -> bool:
        return "@" in self._expected and addresses.is_same(value, self._expected)


class TypedForm(ReasonForm):
    """What is meant, typed, and a reason: see staff/_typed.html."""

    wrong = "The text does not match; nothing was removed."

    def __init__(self, *args: Any, typed: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["typed"] = Typed(typed, wrong=self.wrong)


def person_name(text: str, *, longest: int) -> str:
    """The name of a staff member in its normal form. Raises ValidationError."""
    described = schema.name(max_length=longest)
    name: str = normal(described, text)
    hold(described, name)
    return name
