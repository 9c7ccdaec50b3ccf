"""What the page asks for before patients are enrolled at Xealth."""

from typing import Any

from django import forms

from ehr.admin import bulk, filters
from kernel.api import schema
from kernel.staff import fields
from xealth.services import enrolment, enrolment_runs
from xealth.services.enrolment import Repeat

_REPEATS = {
    Repeat.NONE: "None",
    Repeat.UNANSWERED: "Those that got no answer, and may have arrived",
    Repeat.ALL: "All that brought no subscription",
}


class EnrolmentForm(bulk.BulkForm):
    user_id = fields.Text(
        schema.name(),
        label="Only this patient",
        required=False,
        help_text="User id, or for staff who see patients MRN or name.",
    )
    mrn_origin = forms.ChoiceField(
        label="Where the MRNs come from",
        choices=[(origin, origin.capitalize()) for origin in enrolment.ORIGINS],
    )
    repeat = forms.ChoiceField(
        label="Earlier orders that are placed again",
        choices=[(repeat.value, text) for repeat, text in _REPEATS.items()],
    )

    def clean_user_id(self) -> str:
        typed = self.cleaned_data["user_id"]
        return filters.one_patient(self.request, self.clinic_id, typed) if typed else ""

    def options(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return enrolment_runs.options_of(
            user_id=cleaned["user_id"],
            mrn_origin=cleaned["mrn_origin"],
            repeat=cleaned["repeat"],
        )


bulk.add_form(enrolment_runs.KIND, EnrolmentForm)
