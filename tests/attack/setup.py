"""The service as `make run` starts it, with a clinic for the attackers and one for the bystander."""

from dataclasses import dataclass
from typing import Any

from tests.attack.stage import Target

PATIENTS = {"attackers": 2000, "bystander": 40}
MEMBERS = 49
RATE = 20  # requests of the bystander per second
WEBHOOK_TOKEN = "attack-webhook-token"


@dataclass(frozen=True)
class Scene:
    attackers: Target
    bystander: dict[str, Any]


def environment() -> dict[str, str]:
    """What the service's processes need besides MongoDB and Redis."""
    return {
        "TIDEPOOL_REDOX_VERIFICATION_TOKEN": WEBHOOK_TOKEN,
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
    }


def prepare(port: int, *, patients: int = PATIENTS["attackers"]) -> Scene:
    """Fill the database of the service, which is migrated and empty, with invented data."""
    from tests.bench import world

    large, small = world.prepare([patients, PATIENTS["bystander"]], fresh=False)
    target = Target(
        port=port,
        clinic=large.clinic,
        tokens=[large.tokens["admin"], *_members(large.clinic_id)],
        webhook_token=WEBHOOK_TOKEN,
    )
    bystander = {
        "port": port,
        "rate": RATE,
        "token": small.tokens["admin"],
        "clinic": small.clinic,
        "patient": f"{small.clinic}/patients/{small.patient_ids[0]}",
    }
    return Scene(target, bystander)


def _members(clinic_id: str) -> list[str]:
    """Tokens of the other members of the clinic."""
    from clinics.services import clinicians
    from users.services import accounts

    tokens = []
    for number in range(MEMBERS):
        email, name = f"member{number}@example.org", f"Member {number}"
        user = accounts.create_user(email=email, full_name=name, roles=("clinician",))
        details = clinicians.ClinicianDetails(
            roles=["CLINIC_MEMBER"], email=email, name=name, user_id=user.user_id
        )
        clinicians.create_clinician(clinic_id=clinic_id, details=details)
        tokens.append(accounts.issue_user_token(user.user_id))
    return tokens
