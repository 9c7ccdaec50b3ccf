"""How large, deep and long what clients send may be: every operation, generated from the registry."""

from clinics_site.core.api.operations import REGISTRY
from tests.policy.callers import call, make_caller

CONFIRMATION = {"code": 413, "reason": "request body is too large"}
TOO_LARGE = ({"message": "request body is too large"}, CONFIRMATION)


def passing(backend):
    """Callers of whom at least one gets past the policy of any operation, with the ids that are their own."""
    admin, user_id = make_caller("admin", backend)
    return [(backend, {}), (admin, dict.fromkeys(("userId", "patientId", "clinicianId"), user_id))]


# --- size -----------------------------------------------------------------------------------------------------------
def test_every_operation_refuses_a_body_beyond_its_limit(backend):
    callers = passing(backend)
    for name, found in REGISTRY.items():
        body = b" " * (found.body_limit + 1)
        answers = [call(api, name, body=body, **ids) for api, ids in callers]

        refused = [answer.json() for answer in answers if answer.status_code == 413]
        assert refused, (name, [answer.content for answer in answers])
        assert all(body in TOO_LARGE for body in refused), name
