"""The words of Xealth, each written once."""

from enum import StrEnum

from django.db.models import TextChoices

# The subscription to reports, in `patients.ehrSubscriptions`.
REPORTS = "xealthReports"


class Context(StrEnum):
    """Whether a pre-order asks for a form or brings one back."""

    INITIAL = "initial"
    SUBSEQUENT = "subsequent"


class Flow(StrEnum):
    """Who claims the account: its name in the form, in its data and in what is stored of it."""

    PATIENT = "patient"
    GUARDIAN = "guardian"


class Form(StrEnum):
    """The forms in `xealth/forms`, by the names of their files."""

    PATIENT = "patient_enrollment_form"
    GUARDIAN = "guardian_enrollment_form"
    # With these the order cannot be placed.
    NOT_CREATED = "not_created"
    EMAIL_TAKEN = "email_taken"
    BIRTH_DATE_DIFFERS = "birth_date_differs"

    @property
    def is_orderable(self) -> bool:
        return self in (Form.PATIENT, Form.GUARDIAN)


class EnrolmentState(TextChoices):
    """An order that an operator has placed. `sending` stays where the answer was lost: it may have arrived."""

    SENDING = "sending"
    SENT = "sent"


class Failure(TextChoices):
    """Why an order failed: the stored code, and what staff read. Codes that end in a status are made where the status
    is known."""

    XEALTH_UNREACHABLE = "xealth_unreachable", "Xealth cannot be reached"
    TOKEN_UNREADABLE = "xealth_token_unreadable", "Xealth gave no access token"
    NO_ORDER = "xealth_order_404", "Xealth does not know the order"
    NOT_CONFIGURED = "xealth_not_configured", "This deployment cannot ask Xealth for the order"
    ORDER_INCOMPLETE = "order_incomplete", "The order does not say enough"
    SEVERAL_PATIENTS = "several_patients", "Several patients of the clinic match the order"
    OTHER_ORDER = "other_order", "Xealth gave another order than the one it had notified of"
    OTHER_PROGRAM = "other_program", "The order read back is for another program"
    PREORDER_MISSING = "preorder_missing", "What was entered before the order is not here"
    PREORDER_REQUIRED = (
        "preorder_required",
        "No patient matches, and without a pre-order none can be created",
    )
    ACCOUNT_REFUSED = "account_refused", "The patient could not be created"
