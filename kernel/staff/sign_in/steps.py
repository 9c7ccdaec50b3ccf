"""Signing in step by step. No one is signed in before the last step: until then the session only knows who is
waiting.

Each step begins a new session, so an older session key is worthless afterwards.
"""

import time
from dataclasses import asdict, dataclass
from typing import Any

from bson import ObjectId
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from kernel.choices import AuditOutcome
from kernel.staff import logins
from kernel.staff.sign_in import attempts, devices, factors, store
from kernel.staff.sign_in.factors import Demand

PASSWORD, PROVIDER = "password", "provider"
_WAITING = "sign_in"
_PROOF = "proof"
_PATIENCE = 10 * 60  # seconds from the password to the code


@dataclass(frozen=True, slots=True)
class Waiting:
    """A person whose first step succeeded. `auth_hash` changes with the password, `generation` with the
    factor."""

    user_id: str
    backend: str
    by: str
    auth_hash: str
    generation: int
    since: float
    next_url: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What a session was opened with. A change that ends sessions begins a new generation."""

    by: str = ""
    generation: int = 0


# --- up to the last step ---------------------------------------------------------------------------------------
def begin(
    request: HttpRequest, user: Any, *, backend: str, by: str, next_url: str
) -> HttpResponseBase:
    """The password or the provider's answer was correct: go to the second step, or log in."""
    factor = store.find_factor(user.pk)
    generation = factors.generation_of(factor)
    request.session.flush()
    demand = _demand(user, factor, by=by)
    if demand is Demand.NOTHING:
        proof = Proof(by, generation)
        enter(request, user, backend=backend, proof=proof)
        return welcome(request, user, next_url)
    request.session[_WAITING] = asdict(
        Waiting(
            user_id=str(user.pk),
            backend=backend,
            by=by,
            auth_hash=user.get_session_auth_hash(),
            generation=generation,
            since=time.time(),
            next_url=next_url,
        )
    )
    logins.record(
        "staff.login", user, outcome=AuditOutcome.BEGUN, scope={"by": by, "waitsFor": demand.value}
    )
    return HttpResponseRedirect(page_of(demand))


def _demand(user: Any, factor: dict[str, Any] | None, *, by: str) -> Demand:
    if by == PROVIDER and settings.OIDC_SECOND_FACTOR == "provider":
        return Demand.NOTHING
    return factors.demand(user, factor)


def page_of(demand: Demand) -> str:
    names = {Demand.CODE: "login_code", Demand.SET_UP: "login_set_up"}
    return reverse(f"admin:{names.get(demand, 'login')}")


def waiting(request: HttpRequest, demand: Demand) -> tuple[Waiting, User] | None:
    """The person who waits for this step, if the account has not changed since the first step."""
    stored = request.session.get(_WAITING)
    if stored is None:
        return None
    first_step = Waiting(**stored)
    user = User.objects.filter(
        pk=ObjectId(first_step.user_id), is_active=True, is_staff=True
    ).first()
    if user is None or time.time() - first_step.since > _PATIENCE:
        return None
    factor = store.find_factor(user.pk)
    is_same = (
        first_step.backend in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(first_step.auth_hash, user.get_session_auth_hash())
        and first_step.generation == factors.generation_of(factor)
    )
    return (first_step, user) if is_same and factors.demand(user, factor) is demand else None


def enter(request: HttpRequest, user: Any, *, backend: str, proof: Proof) -> None:
    request.session.flush()
    request.signed_in_by = proof.by  # type: ignore[attr-defined]
    auth.login(request, user, backend=backend)
    request.session[_PROOF] = asdict(proof)


def welcome(request: HttpRequest, user: Any, next_url: str) -> HttpResponseBase:
    response = HttpResponseRedirect(next_url)
    remember_device(request, response, user)
    return response


def remember_device(request: HttpRequest, response: HttpResponseBase, user: Any) -> None:
    devices.remember(request, response, attempts.name_key(user.get_username()))


# --- afterwards ------------------------------------------------------------------------------------------------
def proof_of(request: HttpRequest) -> Proof:
    return Proof(**request.session.get(_PROOF, {}))


def prove(request: HttpRequest, proof: Proof) -> None:
    """Keep this session while the account's other sessions end."""
    request.session.cycle_key()
    request.session[_PROOF] = asdict(proof)


def is_enough(request: HttpRequest, user: Any) -> bool:
    """Whether the session was opened with everything that its account demands now."""
    proof, factor = proof_of(request), store.find_factor(user.pk)
    if proof.generation != factors.generation_of(factor):
        return False
    if proof.by in ("code", "recovery code"):
        return True
    return _demand(user, factor, by=proof.by) is Demand.NOTHING
