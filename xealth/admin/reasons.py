"""Why an order of Xealth failed, in words."""

from ehr.admin import reasons
from xealth.choices import Failure

reasons.add(
    Failure,
    {
        "xealth_order_refused_": "Xealth refuses to give the order, status",
        "xealth_token_refused_": "Xealth refuses our credentials, status",
        "xealth_order_": "Xealth did not give the order, status",
        "xealth_token_": "Xealth gave no access token, status",
    },
)
