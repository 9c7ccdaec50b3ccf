"""What makes up one setting of a clinic: a form, a part of the clinic, and how it is written. The pages are in
`settings`."""

from typing import Any, ClassVar

from django.http import HttpRequest

from clinic_records.admin import readable_clinics
from clinics.admin.forms import SettingsForm
from kernel.db import Document
from kernel.staff import hidden_values, roles

Values = dict[str, Any]


class Setting(SettingsForm):
    """One setting of a clinic: what staff enter, the part of the clinic that it is, how it is written. `clinic` is the
    record as staff pages read it."""

    TITLE: ClassVar[str]
    NEEDS: ClassVar[str] = roles.SETTINGS
    ACTION: ClassVar[str]  # in the audit trail
    LEAD: ClassVar[str] = ""
    PREVIEW: ClassVar[str] = ""  # template for `preview`, beside the difference

    @classmethod
    def part(cls, clinic: Document) -> Values:
        """What the form shows and guards, as the audit trail has it."""
        raise NotImplementedError

    @classmethod
    def initial_of(cls, clinic: Document) -> Values:
        """What the form is opened with."""
        return cls.part(clinic)

    def proposed(self, clinic: Document) -> Values:
        """`part` as it would be after saving."""
        return dict(self.cleaned_data)

    def preview(self, request: HttpRequest, clinic: Document) -> Values:
        """Whom the change would concern."""
        return {}

    def write(self, clinic_id: str, clinic: Document) -> None:
        raise NotImplementedError

    @classmethod
    def whole(cls, stored: Document) -> Values:
        """`part`, and what of the stored clinic the form cannot show."""
        hidden = hidden_values.as_part(cls.unshown_in(stored))
        return cls.part(readable_clinics.clinic(stored)) | hidden
