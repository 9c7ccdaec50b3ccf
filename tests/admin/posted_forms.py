"""The posted forms of a page as a browser reads them: their targets, and what they would send."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from kernel.staff import searches

TEXTS = {"text", "email", "url", "tel", "search", ""}


@dataclass
class Form:
    action: str
    is_posted: bool
    values: dict = field(default_factory=dict)
    texts: list = field(default_factory=list)  # names of the fields that take typed text

    def add(self, name, value):
        self.values.setdefault(name, value)


def forms_of(response):
    return [form for form in _all_of(response) if form.is_posted]


def filters_of(response):
    """The forms that narrow a list; those that take what may be of a patient are posted, too."""
    return [form for form in _all_of(response) if not form.is_posted or searches.KEY in form.values]


def _all_of(response):
    reader = _Reader()
    reader.feed(response.content.decode())
    return reader.forms


def form_with(name, response):
    (form,) = (candidate for candidate in forms_of(response) if name in candidate.values)
    return form


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self.form, self.list_name, self.area = [], None, "", ""

    def handle_starttag(self, tag, attrs):
        attrs = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(attrs.get("action", ""), attrs.get("method", "") == "post")
            self.forms.append(self.form)
        elif self.form and (attrs.get("name") or tag == "option"):
            getattr(self, f"see_{tag}", lambda _: None)(attrs)

    def handle_data(self, data):
        if self.area:
            self.form.values[self.area] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        self.area = "" if tag == "textarea" else self.area

    def see_input(self, attrs):
        name, kind = attrs["name"], attrs.get("type", "")
        if kind in ("checkbox", "radio"):
            if "checked" in attrs or name == "row":
                self.form.add(name, attrs.get("value", "on"))
            return
        self.form.add(name, attrs.get("data-must-equal") or attrs.get("value", ""))
        if kind in TEXTS and "hidden" not in attrs.get("class", "").split():
            self.form.texts.append(name)

    def see_textarea(self, attrs):
        self.area = attrs["name"]
        self.form.add(self.area, "")
        self.form.texts.append(self.area)

    def see_select(self, attrs):
        self.list_name = attrs["name"]

    def see_option(self, attrs):
        if "selected" in attrs or self.list_name not in self.form.values:
            self.form.values[self.list_name] = attrs.get("value", "")

    def see_button(self, attrs):
        if attrs["name"] != "all":
            self.form.add(attrs["name"], attrs.get("value", ""))
