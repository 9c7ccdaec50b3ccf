"""A secret of Redox or Xealth is replaced while messages come: both hold (rule EHR-237)."""

import pytest

from kernel import db
from tests.cast import Api

pytestmark = pytest.mark.yardstick("T5")
MESSAGE = {"Meta": {"DataModel": "Order", "EventType": "New"}}


@pytest.fixture
def replaced(settings):
    settings.REDOX = {
        **settings.REDOX,
        "verification_token": "the new one",
        "old_verification_token": "the old one",
    }
    settings.XEALTH = {
        **settings.XEALTH,
        "bearer_token": "the new one",
        "old_bearer_token": "the old one",
    }
    return settings


def redox(token):
    return Api().post("/v1/redox", MESSAGE, headers={"verification-token": token}).status_code


def verification(token):
    body = {"verification-token": token, "challenge": "c"}
    return Api().post("/v1/redox/verify", body).status_code


def xealth(token):
    headers = {"Authorization": f"Bearer {token}"}
    return Api().post("/v1/xealth/notification", {}, headers=headers).status_code


@pytest.mark.parametrize("ask", [redox, verification, xealth])
def test_both_tokens_hold_while_one_replaces_the_other(replaced, ask):
    assert ask("the new one") != 401
    assert ask("the old one") != 401
    for wrong in ("another one", "", "the new onethe old one"):
        assert ask(wrong) == 401


def test_what_comes_with_either_token_is_stored(replaced):
    assert [redox(token) for token in ("the new one", "the old one", "x")] == [200, 200, 401]
    assert db.collection("redox").count_documents({}) == 2


@pytest.mark.parametrize("ask", [redox, verification, xealth])
def test_an_old_token_alone_lets_no_one_in(replaced, ask):
    replaced.REDOX = {**replaced.REDOX, "verification_token": ""}
    replaced.XEALTH = {**replaced.XEALTH, "bearer_token": ""}
    for token in ("the old one", "", "x"):
        assert ask(token) == 401
