"""The callers of every operation: a service, an admin and a member of a clinic, the admin of another clinic, a patient,
and no one; in a world that is the same at the beginning of every example."""

from typing import Any

import pytest
from django.core.cache import caches

from clinic_records.services import closures
from kernel import authn, ratelimit
from patients.services import prepared
from tests import replay, xealth
from tests.bodies import TOKEN, World
from tests.commands import take_written
from tests.conftest import KEPT, ROLES
from tests.policy.callers import call
from users.services import neighbours

HEADERS = {**TOKEN, **xealth.TOKEN}
CALLERS = ("service", "admin", "member", "admin of another clinic", "patient", "no token")
MADE = (
    *(f"tests.cast.{n}" for n in ("backend", "ada", "ben", "cy", "dot", "clinic", "other_clinic")),
    "tests.bodies.world",
)


class Callers:
    def __init__(self, apis: dict[str, Any], world: World) -> None:
        self.apis, self.ids = apis, world.ids

    def send(self, caller: str, name: str, *, raw=None, query="", **path: str):
        """Never 5xx; the client compares the answer with the description."""
        values = {**self.ids, **path}
        answer = call(self.apis[caller], name, body=raw, query=query, headers=HEADERS, **values)
        assert answer.status_code < 500, (name, answer.status_code, answer.content)
        return answer

    def begin_again(self) -> None:
        """Take back whatever examples have changed."""
        self.remove_everything()
        for fixture in MADE:
            replay.restore(fixture)

    def remove_everything(self) -> None:
        replay.empty(set(take_written()) - KEPT - ROLES, needed=set())
        forget_what_is_cached()


def forget_what_is_cached() -> None:
    for cache in caches.all():
        cache.clear()
    authn.forget()
    neighbours.user_service.cache_clear()  # it keeps a token of its own, which is gone
    closures.forget()
    prepared._mark.remember()


@pytest.fixture
def callers(world, other_clinic, backend, ada, ben, cy, dot, anonymous, monkeypatch) -> Callers:
    monkeypatch.setattr(ratelimit, "check", lambda *_, **__: None)
    people = (backend, ada.api, ben.api, cy.api, dot.api, anonymous)
    return Callers(dict(zip(CALLERS, people, strict=True)), world)
