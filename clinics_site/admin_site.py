"""The staff site: titles, navigation, login."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse, reverse_lazy
from unfold.sites import UnfoldAdminSite

Item = dict[str, Any]


class StaffSite(UnfoldAdminSite):
    site_title = "Clinics"
    site_header = "Clinics"
    index_title = "Overview"
    index_template = "staff/overview.html"

    def extra_urls(self) -> list[URLPattern]:
        """The steps of signing in, and the pages registered with `kernel.staff.pages.page`."""
        from kernel.staff import pages
        from kernel.staff.sign_in import login_pages

        return login_pages.urls() + pages.urls()

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Also for Django's own pages, which have the header of all others."""
        from kernel.staff import pages

        context: dict[str, Any] = super().each_context(request)
        return {**context, "may": pages.Permissions(request)}

    def get_urls(self) -> list[URLPattern]:
        """Without "view on site": records have no such page, and its view fails for ids that are not
        numbers."""
        patterns = super().get_urls()
        return [pattern for pattern in patterns if getattr(pattern, "name", "") != "view_on_site"]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        from kernel.staff import overview

        context = {**overview.context(request), **(extra_context or {})}
        page: TemplateResponse = super().index(request, context)
        return page

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Django's login form; its success is only the first step."""
        from kernel.staff.sign_in import login_pages

        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        request.current_app = self.name
        context = {**self.each_context(request), **(extra_context or {})}
        return login_pages.password(request, context)

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The provider's logout is a link, not a redirect: the content security policy does not let a form
        lead to another site."""
        provider = {
            "provider": settings.OIDC_NAME,
            "provider_logout": settings.OIDC_LOGOUT_ENDPOINT,
        }
        page: HttpResponse = super().logout(request, {**provider, **(extra_context or {})})
        return page


def account_links(request: HttpRequest) -> list[dict[str, Any]]:
    """The account menu of the signed-in user."""
    user: Any = request.user
    links = [{"title": "Sign-in security", "link": reverse_lazy("admin:sign_in")}]
    if user.is_authenticated and user.has_usable_password():
        links.append({"title": "Change password", "link": reverse_lazy("admin:password_change")})
    return links


def environment_label(request: HttpRequest) -> list[str]:
    """Test and production look the same; this label says on every page which one it is."""
    kind = "danger" if settings.ENVIRONMENT == "production" else "info"
    return [settings.ENVIRONMENT, kind]


def navigation(request: HttpRequest) -> list[Item]:
    from kernel.staff import pages, roles

    groups: list[Item] = [
        {
            "title": "Clinics",
            "items": [
                _item("Overview", "home", "index", lambda _: True, "g o"),
                _item("Clinics", "local_hospital", "clinics", _needs(roles.FIND), "g c"),
                _item("User look-up", "person_search", "user_lookup", _needs(roles.FIND), "g p"),
                _item("Merges", "merge", "merges", _needs(roles.DESTROY), "g m"),
            ],
        },
        {
            "title": "EHR",
            "items": [
                _item("Sync runs", "sync", "ehr_runs", _needs(roles.MESSAGES), "g r"),
                _item("Messages", "mail", "ehr_messages", _needs(roles.MESSAGES)),
                _item("Scheduled sends", "schedule_send", "ehr_scheduled", _needs(roles.MESSAGES)),
                _item("Xealth orders", "assignment", "ehr_xealth_orders", _needs(roles.MESSAGES)),
                _item(
                    "Xealth pre-orders",
                    "edit_note",
                    "ehr_xealth_preorders",
                    _needs(roles.MESSAGES),
                ),
                _item("Processing", "fact_check", "ehr_processing", _needs(roles.MESSAGES)),
                _item("Deliveries", "outbox", "ehr_deliveries", _needs(roles.MESSAGES)),
            ],
        },
        {
            "title": "Operations",
            "items": [
                _item("Jobs", "work_history", "jobs", _needs(roles.FIND, roles.AUDIT), "g j"),
                _item("Events", "stacks", "outbox", _needs(roles.FIND), "g e"),
                _item("Webhooks", "webhook", "webhooks", _needs(roles.INTEGRATION), "g w"),
                _item("Mails", "drafts", "mails", _needs(roles.FIND)),
                _item("Audit trail", "policy", "audit", _needs(roles.AUDIT), "g a"),
                _item("Who has seen a patient", "visibility", "accesses", _needs(roles.AUDIT)),
                _item("Staff accounts", "badge", "auth_user_changelist", _is_superuser),
                _item("Roles and rights", "key", "role_matrix", _is_superuser),
            ],
        },
    ]
    known = {name for _, name, _ in pages.PAGES} | _DJANGO_PAGES
    for group in groups:
        group["items"] = [item for item in group["items"] if item.pop("name") in known]
    return groups


_DJANGO_PAGES = {"index", "auth_user_changelist"}


def _item(
    title: str, icon: str, name: str, permission: Callable[[HttpRequest], bool], chord: str = ""
) -> Item:
    """`chord`: the keys that lead to the page, one after the other; `?` lists them (`staff/_keys.html`)."""
    return {
        "chord": chord,
        "name": name,
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{name}"),
        "permission": permission,
    }


def _needs(*permissions: str) -> Callable[[HttpRequest], bool]:
    """Any of them."""
    return lambda request: any(map(request.user.has_perm, permissions))  # type: ignore[union-attr]


def _is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_superuser)  # type: ignore[union-attr]
