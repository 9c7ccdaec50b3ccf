"""How a staff page is made: a function with its route, its name and the permission it needs.

`@page("outbox/", name="outbox", needs=roles.FIND)` registers it under /admin; no one without the permission
reaches the function, and a refused attempt is written to the audit trail. Pages read through services and are
rendered in the style of the site with `render`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any, TypedDict

from bson import ObjectId
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, Resolver404, URLPattern, path, resolve, reverse

from kernel import audit, errors, ids
from kernel.choices import ActorKind, AuditOutcome
from kernel.errors import DomainError, NotFound
from kernel.staff import searches

View = Callable[..., HttpResponseBase]
PAGES: list[tuple[str, str, View]] = []
NOT_PRESSED = "The address is that of a button on this page. Nothing was done."
UNCHANGED = "Nothing was changed."
SIGNED = "staff:"  # what the signature of a staff member begins with


@dataclass(frozen=True, slots=True)
class Crumb:
    title: str
    url: str = ""


def page(
    route: str,
    *,
    name: str,
    needs: str | Sequence[str],
    or_needs: str = "",
    posts_only: bool = False,
    hides: Sequence[str] = (),
    begins_at: str = "",
) -> Callable[[View], View]:
    """Register a page. `needs` is one permission or several, all of them required; `or_needs` opens it,
    too, and alone. `hides`: fields of a search that
    stand in no address (`kernel.staff.searches`); `begins_at`: the page where it is typed, if it is not this one."""
    needed = [needs] if isinstance(needs, str) else list(needs)

    def register(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, **path_parameters: Any) -> HttpResponseBase:
            request.operation_id = f"admin.{name}"  # type: ignore[attr-defined]
            may = partial(has, request)
            if not (all(map(may, needed)) or (or_needs and may(or_needs))):
                _record_refusal(request, name, path_parameters)
                raise PermissionDenied
            if posts_only and request.method != "POST":
                return _to_button(request)
            if elsewhere := hides and _elsewhere(request, hides, begins_at or name):
                return elsewhere
            try:
                return view(request, **path_parameters)
            except NotFound as error:
                if lead := _lead(request, Missing(route, path_parameters, error)):
                    return lead
                raise _not_found(error) from None

        checked.posts_only = posts_only  # type: ignore[attr-defined]
        checked.hides = hides  # type: ignore[attr-defined]
        checked.needs = needed  # type: ignore[attr-defined]
        checked.or_needs = or_needs  # type: ignore[attr-defined]
        PAGES.append((route, name, checked))
        return checked

    return register


class Unreadable(NotFound):
    """What the address or the form asks for; its message is shown, without what was asked."""


class ToldNotFound(Http404):
    """A 404 whose text is one of ours and is shown. Django's own may repeat what was asked for."""


def _not_found(error: NotFound) -> Http404:
    return ToldNotFound(error.message) if isinstance(error, Unreadable) else Http404(error.message)


# --- addresses of what is gone --------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Missing:
    """A page that did not find what its address names."""

    route: str
    ids: dict[str, Any]
    error: NotFound


@dataclass(frozen=True, slots=True)
class Lead:
    """Where staff read what became of it, and in words that it is not where they looked for it."""

    url: str
    words: str


_LEADS: list[Callable[[HttpRequest, Missing], Lead | None]] = []


def add_lead(find: Callable[[HttpRequest, Missing], Lead | None]) -> None:
    """Tickets keep addresses longer than the database keeps what they name: an app says where such an address leads,
    with the rights of the reader. None where it does not know either. Apps that are loaded later are asked first."""
    _LEADS.insert(0, find)


def _lead(request: HttpRequest, missing: Missing) -> HttpResponseBase | None:
    found = next((lead for find in _LEADS if (lead := find(request, missing))), None)
    if found is None or found.url == request.path:
        return None
    fail(request, found.words if request.method != "POST" else f"{found.words} {UNCHANGED}")
    return go(found.url)


def _to_button(request: HttpRequest) -> HttpResponseBase:
    """To the nearest page above, which has the button."""
    fail(request, NOT_PRESSED)
    path = request.path.rstrip("/")
    while (path := path.rpartition("/")[0]).count("/") > 1:
        for page in (f"{path}/", path):
            if _is_page(request, page):
                return go(page)
    return go(reverse("admin:index"))


def _is_page(request: HttpRequest, path: str) -> bool:
    """And one for which the reader has the permissions."""
    try:
        view: Any = resolve(path).func
    except Resolver404:
        return False
    if not hasattr(view, "needs") or view.posts_only:
        return False
    is_open = all(has(request, one) for one in view.needs)
    return is_open or bool(view.or_needs and has(request, view.or_needs))


def _elsewhere(
    request: HttpRequest, hidden: Sequence[str], begins_at: str
) -> HttpResponseBase | None:
    """Where a search that is posted, or stands in the address, or cannot be kept, or is kept no longer, leads to."""
    try:
        query = searches.moved(request, hidden)
    except searches.Unusable:
        return _to_beginning(request, begins_at, searches.UNUSABLE)
    if query is not None:
        return go(f"{request.path}?{query}")
    return _to_beginning(request, begins_at, searches.LOST) if searches.is_lost(request) else None


def _to_beginning(request: HttpRequest, begins_at: str, words: str) -> HttpResponseBase:
    fail(request, words)
    parameters = request.resolver_match.kwargs if request.resolver_match else {}
    return go(reverse(f"admin:{begins_at}", kwargs=parameters))


def has(request: HttpRequest, permission: str) -> bool:
    user: Any = request.user
    return bool(user.is_active and user.is_staff and user.has_perm(permission))


def require(request: HttpRequest, permission: str, *, name: str, **path_parameters: Any) -> None:
    """For pages whose permission depends on the request."""
    if not has(request, permission):
        _record_refusal(request, name, path_parameters)
        raise PermissionDenied


def _record_refusal(request: HttpRequest, name: str, path_parameters: dict[str, Any]) -> None:
    clinic_id = ids.parse_id(path_parameters.get("clinic_id", ""))
    audit.record(
        action=f"page.{name}",
        object_type="page",
        object_id="/".join(str(value) for value in path_parameters.values()),
        clinic_id=clinic_id,
        outcome=AuditOutcome.DENIED,
        **actor(request),
    )


def urls() -> list[URLPattern]:
    return [path(route, admin.site.admin_view(view), name=name) for route, name, view in PAGES]


def render(
    request: HttpRequest,
    template: str,
    *,
    title: str,
    crumbs: Sequence[Crumb] = (),
    status: int = 200,
    **context: Any,
) -> TemplateResponse:
    request.current_app = admin.site.name
    return TemplateResponse(
        request,
        template,
        {
            **admin.site.each_context(request),
            "title": title,
            "content_title": title,
            "crumbs": crumbs,
            "may": Permissions(request),
            **context,
        },
        status=status,
    )


class Permissions:
    """`may.change_settings` in templates."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def __getattr__(self, codename: str) -> bool:
        return has(self._request, f"clinics_site.{codename}")


# --- actors and results ---------------------------------------------------------------------------------------
class Actor(TypedDict):
    actor_id: str
    actor_kind: str
    actor_name: str


def actor(request: HttpRequest) -> Actor:
    """The person at the keyboard, as the audit trail records them."""
    return {
        "actor_id": str(request.user.pk),
        "actor_kind": ActorKind.STAFF,
        "actor_name": request.user.get_username(),
    }


def signature(request: HttpRequest) -> str:
    """The person in shared records (`deletedByUserId`, `updatedBy`). Not a user id, and not to be mistaken
    for one."""
    return signature_of(str(request.user.pk))


def signature_of(actor_id: str) -> str:
    return f"{SIGNED}{actor_id}"


def record_view(
    request: HttpRequest,
    *,
    action: str,
    object_type: str,
    object_id: str,
    clinic_id: ObjectId | None = None,
    scope: dict[str, Any] | None = None,
) -> None:
    """One event for a page that shows patient data. If it cannot be written, the page is not shown."""
    audit.record(
        action=action,
        object_type=object_type,
        object_id=object_id,
        clinic_id=clinic_id,
        scope=scope,
        **actor(request),
    )


def record_view_of_patient(request: HttpRequest, *, clinic_id: ObjectId, user_id: str) -> None:
    record_view(
        request,
        action="patient.viewed",
        object_type="patient",
        object_id=user_id,
        clinic_id=clinic_id,
    )


def record_view_of_patients(
    request: HttpRequest, *, clinic_id: ObjectId, user_ids: list[str], searched: bool
) -> None:
    record_view(
        request,
        action="patients.listed",
        object_type="clinic",
        object_id=str(clinic_id),
        clinic_id=clinic_id,
        scope={"patients": user_ids, "searched": searched},
    )


def fail(request: HttpRequest, error: DomainError | str) -> None:
    """Show the service's message on the next page."""
    text = error if isinstance(error, str) else error.message
    messages.error(request, sentence(text))


def succeed(request: HttpRequest, text: str) -> None:
    messages.success(request, text)


_PREFIXES = sorted(
    {
        f"{kind.prefix}: "
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, DomainError)
    }
)
_WORDS: dict[str, str] = {}


def add_words(words: Mapping[str, str]) -> None:
    """What staff read in place of a message that is written for clients of the API."""
    _WORDS.update(words)


def in_words(message: str) -> str:
    """A message of a service, without the prefix of its kind."""
    text = message.strip()
    for prefix in _PREFIXES:
        text = text.removeprefix(prefix)
    return _WORDS.get(text, text)


def sentence(text: str) -> str:
    text = in_words(text)
    text = text[:1].upper() + text[1:]
    if text.startswith("Mrn "):
        text = text.replace("Mrn", "MRN", 1)
    return text if text.endswith((".", "!", "?")) else text + "."


def address_of(page: str, *ids_in_it: Any) -> str:
    """ "" where an id, as another system may have stored it, is such that no page can have it."""
    try:
        return reverse(page, args=ids_in_it) if all(ids_in_it) else ""
    except NoReverseMatch:
        return ""


def go(url: str) -> HttpResponse:
    return HttpResponseRedirect(url)


# --- panels: what another app adds to a page -------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Panel:
    """A section on someone else's page: a template and the function that fills it."""

    template: str
    context: Callable[[HttpRequest, dict[str, Any]], dict[str, Any] | None]
    needs: str


@dataclass(slots=True)
class Panels:
    """A place for panels: clinics shows what redox registers, without importing it."""

    panels: list[Panel] = field(default_factory=list)

    def add(self, panel: Panel) -> None:
        self.panels.append(panel)

    def render(self, request: HttpRequest, document: dict[str, Any]) -> list[str]:
        rendered: list[str] = []
        for panel in self.panels:
            if not has(request, panel.needs):
                continue
            context = panel.context(request, document)
            if context is not None:
                context["may"] = Permissions(request)
                rendered.append(render_to_string(panel.template, context, request))
        return rendered


CLINIC_PANELS = Panels()
CLINIC_ENDS = Panels()  # ways in which a clinic ends, beside the one to delete it
PATIENT_PANELS = Panels()
PERSON_PANELS = Panels()  # of the look-up, with `account`
