"""A device connection that breaks is told to its owner once (rule MAIL-49)."""

import pytest

from tests.events import emitted
from tests.factories import make_clinic, make_patient


def source(state, provider="dexcom"):
    return {"providerName": provider, "state": state, "dataSourceId": "a" * 24}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ([], [source("error")], 1),
        ([source("connected")], [source("error")], 1),
        ([source("error")], [source("error")], 0),
        ([source("connected")], [source("disconnected")], 0),
        ([source("error")], [source("error"), source("error", "abbott")], 1),
    ],
)
def test_a_source_that_breaks_is_told_once(backend, before, after, told):
    patient = make_patient(make_clinic(), dataSources=before)

    response = backend.put(f"/v1/patients/{patient['userId']}/data_sources", after)

    assert response.status_code == 200
    events = emitted("patient.data_source_failed")
    assert len(events) == told
    for event in events:
        assert event["userId"] == patient["userId"]
        assert event["provider"] == after[-1]["providerName"]


def test_it_is_told_once_for_a_patient_of_several_clinics(backend):
    patient = make_patient(make_clinic(), dataSources=[])
    make_patient(make_clinic(), userId=patient["userId"], dataSources=[])

    backend.put(f"/v1/patients/{patient['userId']}/data_sources", [source("error")])

    assert len(emitted("patient.data_source_failed")) == 1
