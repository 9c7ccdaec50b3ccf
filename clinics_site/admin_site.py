"""The staff site: its look, its navigation, its door."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse_lazy
from unfold.sites import UnfoldAdminSite

Item = dict[str, Any]


class StaffSite(UnfoldAdminSite):
    site_title = "Clinics"
    site_header = "Clinics"
    index_title = "Overview"
    index_template = "staff/overview.html"

    def extra_urls(self) -> list[URLPattern]:
        """The pages registered with `clinics_site.admin.pages.page`."""
        from clinics_site.admin import pages

        return pages.urls()

    def get_urls(self) -> list[URLPattern]:
        """Without "view on site": no record has a page there, and its view fails for ids that are no numbers."""
        found = super().get_urls()
        return [pattern for pattern in found if getattr(pattern, "name", "") != "view_on_site"]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        from clinics_site.admin import overview

        return super().index(request, {**overview.context(request), **(extra_context or {})})

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's login behind the rate limit: too many tries, or no way to count them, end here."""
        from clinics_site.admin import door

        refusal = door.refuse(request) if request.method == "POST" else None
        return refusal or super().login(request, extra_context)


def environment_label(request: HttpRequest) -> list[str]:
    """Test and production look alike; this says on every page which one it is."""
    kind = "danger" if settings.ENVIRONMENT == "production" else "info"
    return [settings.ENVIRONMENT, kind]


def navigation(request: HttpRequest) -> list[Item]:
    from clinics_site.admin import pages, roles

    groups: list[Item] = [
        {
            "title": "Clinics",
            "items": [
                _item("Overview", "home", "index", lambda _: True),
                _item("Clinics", "local_hospital", "clinics", _needs(roles.FIND)),
                _item("User look-up", "person_search", "user_lookup", _needs(roles.FIND)),
            ],
        },
        {
            "title": "EHR",
            "items": [
                _item("Sync runs", "sync", "ehr_runs", _needs(roles.MESSAGES)),
                _item("Messages", "mail", "ehr_messages", _needs(roles.MESSAGES)),
                _item("Scheduled sends", "schedule_send", "ehr_scheduled", _needs(roles.MESSAGES)),
                _item("Processing", "fact_check", "ehr_processing", _needs(roles.MESSAGES)),
                _item("Deliveries", "outbox", "ehr_deliveries", _needs(roles.MESSAGES)),
            ],
        },
        {
            "title": "Operations",
            "items": [
                _item("Events", "stacks", "outbox", _needs(roles.FIND)),
                _item("Mails", "drafts", "mails", _needs(roles.FIND)),
                _item("Audit trail", "policy", "audit", _needs(roles.AUDIT)),
                _item("Staff accounts", "badge", "auth_user_changelist", _is_superuser),
                _item("Roles", "key", "auth_group_changelist", _is_superuser),
            ],
        },
    ]
    known = {name for _, name, _ in pages.PAGES} | _OF_DJANGO
    for group in groups:
        group["items"] = [item for item in group["items"] if item.pop("name") in known]
    return groups


_OF_DJANGO = {"index", "auth_user_changelist", "auth_group_changelist"}


def _item(title: str, icon: str, name: str, permission: Callable[[HttpRequest], bool]) -> Item:
    return {
        "name": name,
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{name}"),
        "permission": permission,
    }


def _needs(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)  # type: ignore[union-attr]


def _is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_superuser)  # type: ignore[union-attr]
