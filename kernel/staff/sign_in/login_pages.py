"""The pages of a login: password, code, and setting up a second factor where a role demands it."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache

from kernel.choices import AuditOutcome
from kernel.errors import RateLimited, Unavailable
from kernel.staff import logins
from kernel.staff.sign_in import attempts, changes, factors, oidc, steps
from kernel.staff.sign_in.factors import Demand

WRONG_CODE = "This code is wrong, or was used before. Wait for the next one and try again."
_MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


def urls() -> list[URLPattern]:
    return [
        path("login/code/", never_cache(code), name="login_code"),
        path("login/set-up/", never_cache(set_up), name="login_set_up"),
        path("login/provider/", never_cache(oidc.start), name="login_provider"),
        path(
            "login/provider/callback/", never_cache(oidc.callback), name="login_provider_callback"
        ),
    ]


# --- the password ----------------------------------------------------------------------------------------------
class _PasswordStep(LoginView):
    template_name = "admin/login.html"

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        self.is_right = True
        return steps.begin(  # type: ignore[return-value]
            self.request,
            form.get_user(),
            backend=_MODEL_BACKEND,
            by=steps.PASSWORD,
            next_url=self.get_success_url(),
        )

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        if form.get_user() is not None:  # the password was right, but the account is not for staff
            logins.record(
                "staff.login",
                form.get_user(),
                outcome=AuditOutcome.DENIED,
                scope={"by": steps.PASSWORD},
            )
        return super().form_invalid(form)


def password(request: HttpRequest, context: dict[str, Any]) -> HttpResponseBase:
    request.operation_id = "admin.login"  # type: ignore[attr-defined]
    if request.method != "POST":
        return _password_page(request, context)
    if not settings.STAFF_PASSWORD_LOGIN:
        return logins.closed(request, "Log in with the identity provider.", status=403)
    try:
        attempts_taken = attempts.take_for_password(request, request.POST.get("username", ""))
    except (RateLimited, Unavailable) as error:
        return logins.refuse(request, error)
    response = _password_page(request, context)
    if response.status_code == 302:
        attempts_taken.give_back()
    return response


def _password_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponseBase:
    context = {
        **context,
        "title": "Log in",
        "subtitle": None,
        "app_path": request.get_full_path(),
        "username": request.user.get_username(),
        "password_login": settings.STAFF_PASSWORD_LOGIN,
        "provider": settings.OIDC_NAME if settings.OIDC_RP_CLIENT_ID else "",
    }
    view = _PasswordStep.as_view(extra_context=context, authentication_form=admin.site.login_form)
    return view(request)


# --- the code --------------------------------------------------------------------------------------------------
def code(request: HttpRequest) -> HttpResponseBase:
    request.operation_id = "admin.login_code"  # type: ignore[attr-defined]
    step = steps.waiting(request, Demand.CODE)
    if step is None:
        return _back_to_login()
    if request.method != "POST":
        return _page(request, "staff/sign_in/code.html", title="Second step")
    waiting, user = step
    try:
        attempts_taken = attempts.take_for_code(request, user)
    except (RateLimited, Unavailable) as error:
        return logins.refuse(request, error)
    accepted = factors.accept(user.pk, request.POST.get("code", ""))
    if accepted is None:
        logins.record("staff.login", user, outcome=AuditOutcome.DENIED, scope={"by": "code"})
        return _page(request, "staff/sign_in/code.html", title="Second step", problem=WRONG_CODE)
    attempts_taken.give_back()
    proof = steps.Proof(accepted.by, accepted.generation)
    steps.enter(request, user, backend=waiting.backend, proof=proof)
    return steps.welcome(request, user, waiting.next_url)


# --- setting up a demanded factor ------------------------------------------------------------------------------
def set_up(request: HttpRequest) -> HttpResponseBase:
    request.operation_id = "admin.login_set_up"  # type: ignore[attr-defined]
    step = steps.waiting(request, Demand.SET_UP)
    if step is None:
        return _back_to_login()
    waiting, user = step
    offer = changes.offer(request, user, generation=waiting.generation)
    if request.method != "POST":
        return _page(
            request, "staff/sign_in/set_up.html", title="Set up a second factor", offer=offer
        )
    try:
        attempts_taken = attempts.take_for_code(request, user)
    except (RateLimited, Unavailable) as error:
        return logins.refuse(request, error)
    codes = changes.set_up(user, offer, code=request.POST.get("code", ""))
    if codes is None:
        return _page(
            request,
            "staff/sign_in/set_up.html",
            title="Set up a second factor",
            offer=offer,
            problem=WRONG_CODE,
        )
    attempts_taken.give_back()
    proof = steps.Proof("code", offer.generation + 1)
    steps.enter(request, user, backend=waiting.backend, proof=proof)
    response = _page(
        request,
        "staff/sign_in/codes.html",
        title="Recovery codes",
        codes=codes,
        next_url=waiting.next_url,
    )
    steps.remember_device(request, response, user)
    return response


def _back_to_login() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:login"))


def _page(request: HttpRequest, template: str, *, title: str, **context: Any) -> TemplateResponse:
    request.current_app = admin.site.name
    site = admin.site.each_context(request)
    return TemplateResponse(request, template, {**site, "title": title, **context})
