"""Who may call what: operationId -> rule."""

from kernel.accesses import LIST, NO_PATIENT, Access
from kernel.policy import Rule, admin, any_of, backend

# Members may not: the address of a receiver may hold a secret, and a message says who is a patient.
BACKEND_OR_ADMIN = any_of(backend, admin)

POLICY: dict[str, Rule] = {
    "ListWebhooks": BACKEND_OR_ADMIN,
    "CreateWebhook": BACKEND_OR_ADMIN,
    "GetWebhook": BACKEND_OR_ADMIN,
    "UpdateWebhook": BACKEND_OR_ADMIN,
    "DeleteWebhook": BACKEND_OR_ADMIN,
    "RotateWebhookSecret": BACKEND_OR_ADMIN,
    "ListWebhookDeliveries": BACKEND_OR_ADMIN,
    "ReplayWebhookDelivery": BACKEND_OR_ADMIN,
    "TestWebhook": BACKEND_OR_ADMIN,
}

# What each operation touches of patients (kernel.accesses).
ACCESS: dict[str, Access] = {
    "ListWebhooks": NO_PATIENT,
    "CreateWebhook": NO_PATIENT,
    "GetWebhook": NO_PATIENT,
    "UpdateWebhook": NO_PATIENT,
    "DeleteWebhook": NO_PATIENT,
    "RotateWebhookSecret": NO_PATIENT,
    "ListWebhookDeliveries": LIST,
    "ReplayWebhookDelivery": NO_PATIENT,
    "TestWebhook": NO_PATIENT,
}
