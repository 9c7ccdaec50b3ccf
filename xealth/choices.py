"""The words of processing of Xealth's orders, each written once."""

from django.db.models import TextChoices


class Failure(TextChoices):
    """Why an order failed: the stored code, and what staff read. Codes that end in a status are made where the status
    is known."""

    XEALTH_UNREACHABLE = "xealth_unreachable", "Xealth cannot be reached"
    TOKEN_UNREADABLE = "xealth_token_unreadable", "Xealth gave no access token"
    NO_ORDER = "xealth_order_404", "Xealth does not know the order"
    NOT_CONFIGURED = "xealth_not_configured", "This deployment cannot ask Xealth for the order"
