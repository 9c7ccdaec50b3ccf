"""The answer to a pre-order as Xealth reads it."""

from typing import Any

from xealth.representation import forms
from xealth.services.preorders import Answer


def preorder(answer: Answer) -> dict[str, Any]:
    """Empty: there is nothing to ask."""
    if answer.form is None:
        return {}
    form = forms.fill(answer.form, full_name=answer.full_name, tags=answer.tags)
    return {
        "dataTrackingId": answer.tracking_id,
        "notOrderable": not answer.form.is_orderable,
        "preorderFormInfo": {**form, "formData": answer.data},
    }
