"""Why work for Redox failed, in words."""

from ehr.admin import reasons
from redox.choices import Failure

reasons.add(
    Failure,
    {
        "redox_message_refused_": "Redox refuses the message, status",
        "redox_token_refused_": "Redox refuses our credentials, status",
        "redox_message_": "Redox answered with status",
        "redox_token_": "Redox gave no access token, status",
    },
)
