"""Pages for one's own sign-in: set up the second factor, move it to another phone, renew the recovery codes,
remove it."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from kernel.choices import AuditOutcome
from kernel.errors import NotFound, RateLimited, Unavailable
from kernel.staff import logins, pages
from kernel.staff.sign_in import attempts, changes, factors, steps, store
from kernel.staff.sign_in.login_pages import WRONG_CODE

WRONG_PASSWORD = "The password is wrong."  # noqa: S105
REQUIRED = "Your role needs a second factor. Set up another phone instead."


@pages.page("sign-in/", name="sign_in", needs=())
def overview(request: HttpRequest) -> HttpResponseBase:
    factor = store.find_factor(_me(request).pk)
    return pages.render(
        request,
        "staff/sign_in/overview.html",
        title="Sign-in security",
        is_offered=settings.STAFF_SECOND_FACTOR != "off",
        is_set_up=factors.is_set_up(factor),
        is_required=factors.is_required(_me(request)),
        factor=factor or {},
        codes_left=len((factor or {}).get("recoveryCodes", ())),
        identity=store.find_identity_of(_me(request).pk),
        by=steps.proof_of(request).by,
    )


@pages.page("sign-in/set-up", name="sign_in_set_up", needs=())
def set_up(request: HttpRequest) -> HttpResponseBase:
    """Asks for the password or the present code, so that someone at an unlocked desk cannot lock the owner
    out."""
    _require_offered()
    factor = store.find_factor(_me(request).pk)
    offer = changes.offer(request, _me(request), generation=factors.generation_of(factor))
    problem = ""
    if request.method == "POST":
        answer = _set_up(request, offer, is_set_up=factors.is_set_up(factor))
        if not isinstance(answer, str):
            return answer
        problem = answer
    return pages.render(
        request,
        "staff/sign_in/replace.html",
        title="Set up a second factor",
        crumbs=_crumbs(),
        offer=offer,
        is_set_up=factors.is_set_up(factor),
        asks_password=_has_password(request),
        problem=problem,
    )


def _set_up(
    request: HttpRequest, offer: changes.Offer, *, is_set_up: bool
) -> HttpResponseBase | str:
    """The page with the recovery codes, or what is wrong."""
    try:
        problem = _check_code(request, "present") if is_set_up else _check_password(request)
        if problem:
            return problem
        attempts_taken = attempts.take_for_code(request, _me(request))
    except (RateLimited, Unavailable) as error:
        return logins.refuse(request, error)
    codes = changes.set_up(_me(request), offer, code=request.POST.get("code", ""))
    if codes is None:
        return WRONG_CODE
    attempts_taken.give_back()
    changes.withdraw_offer(request)
    steps.prove(request, steps.Proof("code", offer.generation + 1))
    return _show(request, codes)


@pages.page("sign-in/recovery-codes", name="sign_in_codes", needs=(), posts_only=True)
def renew_codes(request: HttpRequest) -> HttpResponseBase:
    _require_offered()
    try:
        problem = _check_code(request, "code")
    except (RateLimited, Unavailable) as error:
        return logins.refuse(request, error)
    generation = steps.proof_of(request).generation
    codes = None if problem else changes.renew_recovery_codes(_me(request), generation=generation)
    if codes is None:
        return _back(request, problem or WRONG_CODE)
    return _show(request, codes)


@pages.page("sign-in/remove", name="sign_in_remove", needs=(), posts_only=True)
def remove(request: HttpRequest) -> HttpResponseBase:
    _require_offered()
    if factors.is_required(_me(request)):
        return _back(request, REQUIRED)
    try:
        problem = _check_code(request, "code")
    except (RateLimited, Unavailable) as error:
        return logins.refuse(request, error)
    generation = None if problem else changes.remove(_me(request))
    if generation is None:
        return _back(request, problem or WRONG_CODE)
    steps.prove(request, steps.Proof(steps.PASSWORD, generation))
    pages.succeed(request, "The second factor is removed. Your other sessions have ended.")
    return pages.go(reverse("admin:sign_in"))


def _check_code(request: HttpRequest, field: str) -> str:
    """What is wrong with the code of the present factor; attempts are limited as at login."""
    attempts_taken = attempts.take_for_code(request, _me(request))
    if factors.accept(_me(request).pk, request.POST.get(field, "")) is None:
        logins.record("staff.code", _me(request), outcome=AuditOutcome.DENIED)
        return WRONG_CODE
    attempts_taken.give_back()
    return ""


def _check_password(request: HttpRequest) -> str:
    if not _has_password(request):
        return ""
    attempts_taken = attempts.take_for_password(request, _me(request).get_username())
    if not _me(request).check_password(request.POST.get("password", "")):
        logins.record("staff.password", _me(request), outcome=AuditOutcome.DENIED)
        return WRONG_PASSWORD
    attempts_taken.give_back()
    return ""


def _has_password(request: HttpRequest) -> bool:
    """Where password login is off, staff do not know their passwords."""
    return settings.STAFF_PASSWORD_LOGIN and _me(request).has_usable_password()


def _me(request: HttpRequest) -> User:
    user: Any = request.user  # staff: these pages are behind the gate
    return user  # type: ignore[no-any-return]


def _require_offered() -> None:
    if settings.STAFF_SECOND_FACTOR == "off":
        raise NotFound


def _show(request: HttpRequest, codes: list[str]) -> HttpResponseBase:
    return pages.render(
        request,
        "staff/sign_in/new_codes.html",
        title="Recovery codes",
        crumbs=_crumbs(),
        codes=codes,
        next_url=reverse("admin:sign_in"),
    )


def _back(request: HttpRequest, problem: str) -> HttpResponseBase:
    pages.fail(request, problem)
    return pages.go(reverse("admin:sign_in"))


def _crumbs() -> list[pages.Crumb]:
    return [pages.Crumb("Sign-in security", reverse("admin:sign_in"))]


def hint(request: HttpRequest) -> dict[str, Any]:
    """For the overview: staff who logged in with a password alone are told about second factors."""
    is_alone = steps.proof_of(request).by in ("", steps.PASSWORD)
    return {"suggests_factor": is_alone and settings.STAFF_SECOND_FACTOR != "off"}
