"""What the outcomes of orders of Xealth mean."""

from ehr.admin import outcomes
from xealth.kinds import ORDER

outcomes.add(
    ORDER,
    {
        "order_missing": "The order is no longer stored, so nothing was done.",
        "no_clinic": "No clinic whose connection is on has this deployment, so nothing was done. Compare it with the "
        "source id in the settings of the clinic; when it is corrected, the clinician orders again.",
        "order_cancelled": "The order was canceled in the health record before it was carried out. Nothing was done.",
        "no_patient": "An order was ended for someone whom no patient of the clinic matches, so there was nothing to "
        "end.",
        "superseded": "A later order of the patient counts, so nothing was changed.",
        "account_created": "An account was made, and reports are switched on.",
        "enrolled": "Reports about the patient are switched on.",
        "unenrolled": "Reports about the patient are switched off.",
    },
)
