"""Pages of a person who has logged in: the invitations that wait, and the answers to them."""

import base64
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token

from confirmations.pages.accounts import ask_to_confirm
from confirmations.pages.frame import (
    draw,
    drop_session,
    go_to,
    keep_session,
    page,
    refused,
    session_of,
)
from confirmations.pages.operations import Answer, Failed, call
from kernel.choices import ClinicianRole

MOST_CLINICS = 10
_NOT_VALID = (400, 401, 403)  # the token
DONE = {
    "confirmed": "The address is confirmed. You can log in now.",
    "claimed": "The account is yours. You can log in with the password that you have chosen.",
    "password": "The password is changed. You can log in with it.",
    "accepted": "You have accepted the invitation.",
    "declined": "You have declined the invitation.",
    "out": "You are logged out.",
}
_LOGIN = {
    400: "Enter your address and your password.",
    401: "There is no account with this address and this password.",
    403: "This address is not confirmed yet. Open the link in the mail, or ask for a new one.",
}
_ANSWER = {
    403: "The clinic does not allow this, or the invitation is not for you.",
    404: "This invitation has ended, was answered already, or was taken back.",
    400: "The clinic has to enter a medical record number for this patient, which is not possible on this page.",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """An invitation, with what its form sends."""

    text: str
    kind: str
    key: str
    other: str = ""  # who sent it, or the clinic that it is for
    is_open: bool = True  # false: it can only be declined


@page("login", is_heavy=True)
def login(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _log_in(request)
    if "signupKey" in request.GET:
        return ask_to_confirm(request, request.GET["signupKey"])
    done = DONE.get(request.GET.get("done", ""), "")
    me = _me(request)
    if me is None:
        return draw(request, "login", done=done, email=request.GET.get("inviteEmail", ""))
    return _home(request, me, done=done)


def _log_in(request: HttpRequest) -> HttpResponse:
    email, password = request.POST.get("email", "").strip(), request.POST.get("password", "")
    pair = base64.b64encode(f"{email}:{password}".encode()).decode()
    answer = call(request, "POST", "/auth/login", authorization=f"Basic {pair}")
    if not answer.is_done:
        is_unproven = answer.status == 403
        return refused(request, "login", answer, texts=_LOGIN, email=email, is_unproven=is_unproven)
    rotate_token(request)
    return keep_session(go_to("/login"), answer.token)


@page("logout")
def logout(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return go_to("/login")
    call(request, "POST", "/auth/logout", token=session_of(request))
    return drop_session(go_to("/login?done=out"))


@page("answer")
def answer(request: HttpRequest) -> HttpResponse:
    """Accept or decline one invitation."""
    me = _me(request)
    if request.method != "POST" or me is None:
        return go_to("/login")
    is_accepted = request.POST.get("answer") == "accept"
    result = _answer(request, me["userid"], is_accepted=is_accepted)
    if result.is_done:
        return go_to(f"/login?done={'accepted' if is_accepted else 'declined'}")
    return _home(request, me, refusal=result)


def _answer(request: HttpRequest, me: str, *, is_accepted: bool) -> Answer:
    kind, key, other = (request.POST.get(name, "") for name in ("kind", "key", "other"))
    token = session_of(request)
    verb = "PUT" if is_accepted else "DELETE"
    if kind == "clinician":
        return call(request, verb, "/v1/clinicians/{me}/invites/{key}", token=token, me=me, key=key)
    if kind == "offer":
        path = "/v1/clinics/{other}/invites/patients/{key}"
        return call(request, verb, path, token=token, other=other, key=key)
    name = "accept" if is_accepted else "dismiss"
    path = f"/confirm/{name}/invite/{{me}}/{{other}}"
    return call(request, "PUT", path, {"key": key}, token=token, me=me, other=other)


# --- what is shown --------------------------------------------------------------------------------
def _home(
    request: HttpRequest, me: dict[str, Any], *, done: str = "", refusal: Answer | None = None
) -> HttpResponse:
    token, user_id = session_of(request), me["userid"]
    memberships = _list(request, f"/v1/clinicians/{user_id}/clinics", token)[:MOST_CLINICS]
    shown = {
        "done": done,
        "me": me.get("username", ""),
        "clinics": [membership["clinic"]["name"] for membership in memberships],
        "waiting": [
            *_to_clinicians(_list(request, f"/v1/clinicians/{user_id}/invites", token)),
            *_to_care_teams(_list(request, f"/confirm/invitations/{user_id}", token)),
            *_offers(request, memberships, token),
        ],
    }
    if refusal is not None:
        return refused(request, "home", refusal, texts=_ANSWER, **shown)
    return draw(request, "home", **shown)


def _me(request: HttpRequest) -> dict[str, Any] | None:
    """None without a session that is still valid."""
    token = session_of(request)
    if not token:
        return None
    answer = call(request, "GET", "/auth/user", token=token)
    if answer.status not in (200, *_NOT_VALID):
        raise Failed(answer)
    return answer.body if answer.is_done else None


def _list(request: HttpRequest, path: str, token: str) -> list[dict[str, Any]]:
    """Lists of the Confirmation API are 404 where they are empty."""
    answer = call(request, "GET", path, token=token)
    if answer.status not in (200, 404):
        raise Failed(answer)
    return answer.body if answer.is_done else []


def _to_clinicians(invites: list[dict[str, Any]]) -> list[Waiting]:
    return [
        Waiting(
            f"{_name_in(invite)} invites you to work in {_clinic_of(invite)}.",
            "clinician",
            invite["key"],
            is_open=bool((invite.get("restrictions") or {}).get("canAccept")),
        )
        for invite in invites
    ]


def _to_care_teams(invites: list[dict[str, Any]]) -> list[Waiting]:
    return [
        Waiting(
            f"{_name_in(invite)} would like to share diabetes data with you.",
            "care_team",
            invite["key"],
            invite["creatorId"],
        )
        for invite in invites
    ]


def _offers(request: HttpRequest, memberships: list[dict[str, Any]], token: str) -> list[Waiting]:
    """What patients offer to the clinics in which the person may accept it."""
    able = {ClinicianRole.ADMIN.value, ClinicianRole.MEMBER.value}
    clinics = [m["clinic"] for m in memberships if able & set(m["clinician"]["roles"])]
    return [
        Waiting(
            f"{_name_in(offer)} offers to share diabetes data with {clinic['name']}.",
            "offer",
            offer["key"],
            clinic["id"],
        )
        for clinic in clinics
        for offer in _list(request, f"/v1/clinics/{clinic['id']}/invites/patients", token)
    ]


def _name_in(invite: dict[str, Any]) -> str:
    profile = invite["creator"].get("profile") or {}
    return str(profile.get("fullName") or "Someone")


def _clinic_of(invite: dict[str, Any]) -> str:
    return str(invite["creator"].get("clinicName") or "a clinic")
