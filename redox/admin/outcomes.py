"""What the outcomes of messages and scheduled sends mean, and the order beside the settings that it met."""

from collections.abc import Sequence

from clinics.choices import Procedure
from ehr.admin import outcomes
from ehr.admin.records import Fact
from ehr.services.records import Item
from kernel.staff import pages
from kernel.templatetags.staff import pluralized
from redox.kinds import MESSAGE, SCHEDULED
from redox.services import match_trials
from redox.services.match_trials import Trial

_AGAIN = "When it is corrected, the clinician orders again: nothing is done by itself."
_LONGEST_CODE = 60

outcomes.add(
    MESSAGE,
    {
        "message_missing": "The message is no longer stored, so nothing was done.",
        "not_a_new_order": "It is no new order. Only new orders are carried out, so nothing was done.",
        "procedure_unknown": "The settings of the clinic have no procedure with the code of this order, so nothing was "
        f"done, and the health record was told nothing. Compare the codes. {_AGAIN}",
        "no_patient": "No patient of the clinic has the MRN and the birth date of the order, and the health record was "
        "told so. Compare both, and the type of identifier that the settings take as MRN: it is an MRN of this "
        f"clinic, or one of another system. {_AGAIN}",
        "several_patients": "Several patients of the clinic have the MRN and the birth date of the order, and the "
        f"health record was told so. One of them has a wrong MRN, or is there twice. {_AGAIN}",
        "order_incomplete": "The order has an MRN, and no name or no birth date. The health record was told so: its "
        "team sends the order again with them.",
        "account_refused": "No account was made, and the health record was told why: someone is known already, or a "
        f"rule of the clinic refuses the patient. {_AGAIN}",
        "account_created": "An account was made. The patient is in the clinic's list.",
        "enabled_and_sent": "Reports are switched on, and the first was sent: see what was sent.",
        "enabled_without_data": "Reports are switched on. Nothing was sent, because there are no data of the patient "
        "yet: the page of the patient says why.",
        "disabled": "Reports are switched off.",
    },
)
outcomes.add(
    SCHEDULED,
    {
        "sent": "The report was sent: see what was sent.",
        "document_missing": "The scheduled send is no longer stored, so nothing was sent.",
        "order_missing": "The send lacks its order, so nothing was sent. The clinician orders again.",
        "patient_gone": "The patient is no longer in the clinic, so nothing was sent.",
        "clinic_gone": "The clinic was deleted, so nothing was sent.",
        "ehr_disabled": "The connection of the clinic is off, so nothing was sent. Switch it on in the settings.",
        "not_subscribed": "Reports about the patient are off, so nothing was sent. The clinician orders again.",
        "no_newer_upload": "No data came since the report before, so nothing was sent.",
        "no_data": "There are no data of the patient, so nothing was sent: the page of the patient says why.",
    },
)


def compared(item: Item) -> Sequence[Fact]:
    """The code and the identifiers of the order, beside what the settings ask for. No value of the patient is shown."""
    trial = match_trials.try_stored(item.document_id)
    if trial is None:
        return ()
    if not trial.codes:
        return (Fact("With the settings of now", pages.sentence(trial.problem)),)
    has = "has one" if trial.has_mrn else "has none"
    return (
        Fact("Code of the order", trial.code[:_LONGEST_CODE] or "none"),
        Fact("Codes of the settings", _codes(trial)),
        Fact("MRN", f"the identifier of the type {trial.mrn_type}: the order {has}"),
        Fact("With the settings of now", _now(trial)),
    )


def _codes(trial: Trial) -> str:
    labels = dict(Procedure.choices)
    named = [f"{labels[name]}: {code}" for name, code in trial.codes.items() if code]
    return "; ".join(named) or "none"


def _now(trial: Trial) -> str:
    if trial.problem:
        return pages.sentence(trial.problem)
    missing = f" Destinations are missing: {', '.join(trial.missing)}." if trial.missing else ""
    return f"{pluralized(len(trial.patients), 'patient')} of the clinic would match.{missing}"
