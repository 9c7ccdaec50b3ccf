"""While a clinic is merged into another, no operation works with it (rules ACCOUNT-167, MERGE-60 and MERGE-61)."""

import pytest
from bson import ObjectId

from clinic_records.services import closures
from tests.cast import described_operations
from tests.policy.callers import CLINIC, call, make_caller, outcome, text_of
from tests.policy.test_matrix import ALLOWED, CONFIRMATIONS, family_of

OTHER = ObjectId("5f85fbe6686e6bb9170ab5ee")
TEXT = "the clinic is being merged into another clinic"
OF_CLINICS = sorted(
    operation_id
    for operation_id, (_, path, _) in described_operations().items()
    if "{clinicId}" in path and operation_id in ALLOWED
)


def close(*, source_id, target_id):
    closures.close(ObjectId(), source_id=source_id, target_id=target_id)
    closures.forget()


def allowed_caller(operation_id, backend):
    kind = next(
        kind for kind in ("backend", "admin", "self", "user") if kind in ALLOWED[operation_id]
    )
    api, own_id = make_caller(kind, backend)
    own = {"userId": own_id, "patientId": own_id, "clinicianId": own_id} if kind == "self" else {}
    return api, own


def test_the_walk_covers_the_operations_of_both_families():
    assert len(OF_CLINICS) > 50
    assert CONFIRMATIONS & set(OF_CLINICS)


@pytest.mark.parametrize("operation_id", OF_CLINICS)
def test_an_operation_with_the_source_of_a_merge_is_refused(operation_id, backend):
    api, own = allowed_caller(operation_id, backend)
    close(source_id=CLINIC, target_id=OTHER)
    response = call(api, operation_id, **own)
    assert (response.status_code, text_of(response)) == (409, TEXT)


def test_the_source_is_known_by_any_spelling_of_its_id(backend):
    close(source_id=CLINIC, target_id=OTHER)
    assert call(backend, "GetClinic", clinicId=str(CLINIC).upper()).status_code == 409


@pytest.mark.parametrize("operation_id", OF_CLINICS)
def test_an_operation_with_its_target_or_another_clinic_answers_as_before(operation_id, backend):
    api, own = allowed_caller(operation_id, backend)
    before = call(api, operation_id, **own)
    close(source_id=OTHER, target_id=CLINIC)
    as_target = call(api, operation_id, **own)
    closures.store.remove_of_merge(closures.find(CLINIC)["mergeId"])
    close(source_id=OTHER, target_id=ObjectId())
    as_another = call(api, operation_id, **own)
    for after in (as_target, as_another):
        assert (after.status_code, text_of(after)) == (before.status_code, text_of(before))
    assert before.status_code != 409


@pytest.mark.parametrize("operation_id", OF_CLINICS)
def test_who_may_not_call_it_is_told_that_first(operation_id, backend):
    close(source_id=CLINIC, target_id=OTHER)
    family = family_of(operation_id)
    answers = {
        kind: outcome(call(make_caller(kind, backend)[0], operation_id), family)
        for kind in ("none", "bad token", "user")
        if kind not in ALLOWED[operation_id]
    }
    expected = {"none": "missing", "bad token": "invalid", "user": "denied"}
    assert answers == {kind: expected[kind] for kind in answers}
