"""The token of a report opens one patient's report in one clinic (rules EHR-200 to EHR-202)."""

from datetime import timedelta

import pytest
import time_machine
from bson import ObjectId

from kernel import clock
from kernel.errors import Unauthorized, Unavailable
from users.services import neighbours
from xealth.services import report_tokens
from xealth.services.report_tokens import ReportPlace

PERSON = "0123456789"
PLACE = ReportPlace(ObjectId("65f0aa11bb22cc33dd44ee55"), PERSON)


def stored(token_id):
    return neighbours.restricted_tokens().get_token(token_id)


def token_for(*paths, user_id=PERSON, life=timedelta(minutes=5)):
    tokens = neighbours.restricted_tokens()
    return tokens.create_token(user_id, paths or None, clock.now() + life).id


def is_refused(token_id, place=PLACE):
    try:
        report_tokens.check(token_id, place)
    except Unauthorized as error:
        return error.message == "unauthorized: invalid or expired token"
    return False


def test_a_token_opens_the_report_of_this_service_alone_for_ten_minutes():
    token = stored(report_tokens.create(PLACE))
    assert token.user_id == PERSON
    assert token.paths == (
        f"/v1/xealth/report/clinics/{PLACE.clinic_id}/patients/{PERSON}/report.pdf",
    )
    assert token.expiration_time - token.created_time <= timedelta(minutes=10, seconds=1)
    assert not is_refused(token.id)


def test_with_a_report_service_the_token_opens_its_report_and_the_data_that_it_reads(settings):
    settings.EXPORT_ADDRESS = "http://export.example.org"
    token = stored(report_tokens.create(PLACE))
    assert token.paths == (f"/export/report/{PERSON}", f"/data/{PERSON}", f"/{PERSON}")
    assert not is_refused(token.id)


def test_the_life_of_a_token_is_a_setting(settings):
    settings.XEALTH = {**settings.XEALTH, "report_link_lifetime": timedelta(minutes=2)}
    token = stored(report_tokens.create(PLACE))
    assert token.expiration_time - token.created_time <= timedelta(minutes=2, seconds=1)


@pytest.mark.parametrize("token_id", ["", "x", "0" * 32, "../../../users/me", "A" * 32, "a" * 33])
def test_a_token_that_does_not_exist_is_refused(token_id):
    assert is_refused(token_id)


def test_an_expired_token_is_refused():
    token_id = report_tokens.create(PLACE)
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1)):
        assert is_refused(token_id)


def test_a_revoked_token_is_refused():
    token_id = report_tokens.create(PLACE)
    neighbours.restricted_tokens().delete_token(token_id)
    assert is_refused(token_id)


def test_a_token_is_refused_for_another_person_and_for_another_clinic():
    token_id = report_tokens.create(PLACE)
    assert is_refused(token_id, ReportPlace(PLACE.clinic_id, "9876543210"))
    assert is_refused(token_id, ReportPlace(ObjectId(), PERSON))


@pytest.mark.parametrize(
    ("path", "is_for_report"),
    [
        ("/v1/oauth/dexcom", False),
        (PLACE.path + "x", False),
        (PLACE.path.removesuffix("/report.pdf"), True),
        ("/v1/xealth/report/clinics/", True),
        ("/v1/xealth/report/clin", False),
        ("/", True),
    ],
)
def test_a_token_of_the_same_person_counts_only_if_its_paths_hold_the_report(path, is_for_report):
    assert is_refused(token_for(path)) is not is_for_report


def test_a_token_without_paths_is_for_every_path():
    assert not is_refused(token_for())


def test_a_token_without_paths_is_for_its_own_person_alone():
    assert is_refused(token_for(user_id="9876543210"))


def test_an_auth_service_that_fails_is_no_refusal(settings, monkeypatch):
    """503: the same address works again once the service does."""
    from users.clients import http

    broken = http.HttpRestrictedTokens("http://127.0.0.1:9")
    settings.SERVICE_SECRET = "a secret of the test"
    monkeypatch.setattr(neighbours, "restricted_tokens", lambda: broken)
    with pytest.raises(Unavailable):
        report_tokens.create(PLACE)
    with pytest.raises(Unavailable):
        report_tokens.check("0" * 32, PLACE)
