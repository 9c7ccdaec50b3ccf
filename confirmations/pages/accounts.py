"""Pages without a session: open an account, confirm its address or claim it, and get a new link or password."""

from types import MappingProxyType

from django.http import HttpRequest, HttpResponse

from confirmations.api import limits
from confirmations.pages.frame import as_answer, draw, go_to, page, refused
from confirmations.pages.operations import call
from confirmations.services import registrations
from kernel.errors import DomainError

_CLAIM = MappingProxyType(
    {
        1002: "Choose a password.",
        1003: "A password has 8 to 72 characters and no spaces.",
        1004: "Enter the date of birth.",
        1005: "Enter the date of birth as year, month and day, such as 1988-04-17.",
        1006: "This is not the date of birth that the clinic knows.",
    }
)
_NO_PASSWORD_YET = 1001
_PASSWORD_RULE = _CLAIM[1003]
_ADDRESS_RULE = "An address looks like name@example.org."


# --- confirming an address, claiming an account ---------------------------------------------------
@page("confirm", is_heavy=True)
def confirm(request: HttpRequest) -> HttpResponse:
    """Opening the link changes nothing, because programs that look through mails open links, too."""
    key = request.POST.get("key", "") if request.method == "POST" else ""
    if not key:
        return go_to("/login")
    body = None
    if "birthday" in request.POST:
        body = {name: request.POST.get(name, "") for name in ("password", "birthday")}
    answer = call(request, "PUT", "/confirm/accept/signup/{key}", body, key=key)
    if answer.is_done:
        return go_to(f"/login?done={'claimed' if body else 'confirmed'}")
    number = int(answer.body.get("error", 0)) if isinstance(answer.body, dict) else 0
    if number == _NO_PASSWORD_YET:
        return draw(request, "claim", key=key)
    if number in _CLAIM:
        return refused(
            request, "claim", answer.as_typed_wrong(), texts={400: _CLAIM[number]}, key=key
        )
    return refused(request, "link_failed", answer)


def ask_to_confirm(request: HttpRequest, key: str) -> HttpResponse:
    return draw(request, "confirm", key=key)


# --- links and passwords --------------------------------------------------------------------------
@page("forgot")
def forgot(request: HttpRequest) -> HttpResponse:
    """Answers the same whether or not there is such an account."""
    return _mailed(request, "forgot", "/confirm/send/forgot/{email}")


@page("resend")
def resend(request: HttpRequest) -> HttpResponse:
    return _mailed(request, "resend", "/confirm/resend/signup/{email}")


def _mailed(request: HttpRequest, template: str, path: str) -> HttpResponse:
    if request.method != "POST":
        return draw(request, template)
    email = request.POST.get("email", "").strip()
    answer = call(request, "POST", path, email=email)
    if answer.is_done:
        return draw(request, "mailed")
    if answer.status == 404:
        answer = answer.as_typed_wrong()
    return refused(request, template, answer, texts={400: _ADDRESS_RULE}, email=email)


@page("password", is_heavy=True)
def password(request: HttpRequest) -> HttpResponse:
    """`resetKey` is in the mailed link; the address is asked for, as by the operation."""
    if request.method != "POST":
        return draw(request, "password", key=request.GET.get("resetKey", ""))
    fields = {name: request.POST.get(name, "") for name in ("key", "email", "password")}
    answer = call(request, "PUT", "/confirm/accept/forgot", fields)
    if answer.is_done:
        return go_to("/login?done=password")
    texts = {
        400: _PASSWORD_RULE,
        404: "Either this link has ended or was used already, or it was mailed to another address.",
    }
    shown = {"key": fields["key"], "email": fields["email"]}
    return refused(request, "password", answer, texts=texts, **shown)


# --- opening an account ---------------------------------------------------------------------------
@page("sign_up", is_heavy=True)
def sign_up(request: HttpRequest, kind: str = "personal") -> HttpResponse:
    """Answers the same whether or not the address has an account: a mail says more."""
    if request.method != "POST":
        return draw(request, "sign_up", kind=kind, email=request.GET.get("inviteEmail", ""))
    fields = {name: request.POST.get(name, "").strip() for name in ("email", "name")}
    chosen = request.POST.get("kind", "")
    try:
        limits.count_mail("signup.open", request, fields["email"])
        registrations.register(
            email=fields["email"],
            full_name=fields["name"],
            password=request.POST.get("password", ""),
            is_clinician=chosen == "clinician",
        )
    except DomainError as error:
        texts = {400: f"Enter a name, an address and a password. {_ADDRESS_RULE} {_PASSWORD_RULE}"}
        return refused(request, "sign_up", as_answer(error), texts=texts, kind=chosen, **fields)
    return draw(request, "mailed")


@page("connect")
def connect(request: HttpRequest, provider: str) -> HttpResponse:
    """Where an installation's data service answers."""
    return draw(request, "connect")
