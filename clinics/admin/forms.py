"""What staff may enter. Each form turns into the document part that the service takes, or says a sentence."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from kernel.choices import ClinicianRole
from kernel.db import Document
from kernel.safe_reading import Shape
from kernel.staff.fields import Reason, StaffForm, Text
from kernel.staff.hidden_values import find_hidden

NOT_AGREED = (
    "Saving replaces all of it. Agree to lose what is listed, or ask the operators to repair it."
)


def one_of(known: Container[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in known


class SettingsForm(StaffForm):
    """`stored` is the document as it is, readable or not; `STORED` says what of the replaced fields the form shows."""

    STORED: ClassVar[Mapping[str, Shape]] = {}
    GROUPS: ClassVar[Sequence[tuple[str, Sequence[str]]]] = ()

    def __init__(self, *args: Any, stored: Document, **options: Any) -> None:
        super().__init__(*args, **options)
        self._laid_out = self.GROUPS or [("", list(self.fields))]
        self.unshown = self.unshown_in(stored)
        if self.unshown:
            self.fields["remove_unshown"] = forms.BooleanField(
                label="Remove what this form cannot show",
                error_messages={"required": NOT_AGREED},
            )

    def clean(self) -> dict[str, Any]:
        """Consent is not a setting."""
        cleaned = super().clean() or {}
        cleaned.pop("remove_unshown", None)
        return cleaned

    @classmethod
    def unshown_in(cls, stored: Document) -> list[str]:
        return find_hidden(stored, cls.STORED)

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """(title, fields) as the page lays them out."""
        for title, names in self._laid_out:
            yield title, [self[name] for name in names]


class RolesForm(SettingsForm):
    STORED = {"roles": [one_of(ClinicianRole.values)], "name": str}
    roles = forms.MultipleChoiceField(
        choices=ClinicianRole.choices, widget=forms.CheckboxSelectMultiple
    )
    reason = Reason(required=False)

    def clean_roles(self) -> list[str]:
        roles: list[str] = self.cleaned_data["roles"]
        if not {ClinicianRole.ADMIN, ClinicianRole.MEMBER} & set(roles):
            message = "A member is an admin or a member; prescriber comes on top."
            raise forms.ValidationError(message)
        return roles


def _name_of(kind: str) -> forms.TextInput:
    """The word is seen where a label is added: the field is empty, and its label is for screen readers."""
    return forms.TextInput(attrs={"autocomplete": "off", "placeholder": f"New {kind}"})


class TagForm(StaffForm):
    name = Text(
        ("patientTag.v1", "name"),
        widget=_name_of("tag"),
        letters="A tag has letters, digits and + - > < _, and blanks after the first of them.",
    )


class SiteForm(StaffForm):
    name = Text(
        ("siteName.v1",),
        widget=_name_of("site"),
        letters="A site has letters, digits, punctuation, and spaces after the first character.",
    )
