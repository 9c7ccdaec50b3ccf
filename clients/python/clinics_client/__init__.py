"""A typed client of the clinic service.

    from clinics_client import done, log_in, pages
    from clinics_client.generated.api.clinics import get_clinic, list_patients

    with log_in("https://clinics.example.org", "kim@example.org", password) as clinics:
        clinic = done(get_clinic.sync(clinic_id, client=clinics))
        for patient in pages(list_patients.sync, clinic_id, client=clinics, search="olsen"):
            print(patient.full_name)

`clinics_client.generated` is generated from the service's description: a module for each operation and for each
model. What is here is written by hand: log-in, pages, retries, and an exception for each kind of failure.
"""

from clinics_client.connecting import ClinicsClient, connect, log_in
from clinics_client.errors import (
    BadRequest,
    ClinicsError,
    Conflict,
    Forbidden,
    NotFound,
    PaymentRequired,
    ServiceUnavailable,
    TooManyRequests,
    Unauthorized,
    UnprocessableEntity,
)
from clinics_client.results import done, pages

__all__ = [
    "BadRequest",
    "ClinicsClient",
    "ClinicsError",
    "Conflict",
    "Forbidden",
    "NotFound",
    "PaymentRequired",
    "ServiceUnavailable",
    "TooManyRequests",
    "Unauthorized",
    "UnprocessableEntity",
    "connect",
    "done",
    "log_in",
    "pages",
]
