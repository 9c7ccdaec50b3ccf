"""Routes: the contract's operations, the staff site, health, and the catch-all that ends every path.

One list without nesting: Django records every pattern it has tried, and copies that record for an included
list.
"""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import path, re_path
from django.views.generic import RedirectView
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularJSONAPIView,
    SpectacularSwaggerView,
)
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from clinics.api.urls import urlpatterns as clinics
from clinics_site import start_page
from confirmations.api.urls import urlpatterns as confirmations
from confirmations.pages.urls import urlpatterns as pages
from kernel import health, metrics
from kernel.api.viewsets import UNKNOWN_PATH
from merges.api.urls import urlpatterns as merges
from patients.api.urls import urlpatterns as patients
from redox.api.urls import urlpatterns as redox
from users.api.urls import urlpatterns as users
from webhooks.api.urls import urlpatterns as webhooks
from xealth.api.urls import urlpatterns as xealth


class DescriptionView(SpectacularAPIView):
    """YAML, and JSON where `format` asks for it; `/schema.json` has it under a name."""

    def perform_content_negotiation(
        self,
        request: Request,
        force: bool = False,  # noqa: FBT001, FBT002
    ) -> tuple[BaseRenderer, str]:
        if request.query_params.get("format") == "json":
            return OpenApiJsonRenderer2(), OpenApiJsonRenderer2.media_type
        return super().perform_content_negotiation(request, force)


# People write these addresses with and without a slash at the end, and browsers ask for the last by themselves.
OF_PEOPLE = (
    ("admin", "/admin/"),
    ("favicon.ico", static("staff/favicon.svg")),
    *(
        (f"{name}/", f"/{name}")
        for name in ("docs", "schema", "schema/accounts", "schema.json", "ready", "live", "metrics")
    ),
    *((f"{page.pattern}/", f"/{page.pattern}") for page in pages if "<" not in str(page.pattern)),
)
urlpatterns = [
    path("", start_page.view),
    path("ready", health.view),
    path("live", health.view),
    *patients,
    *clinics,
    *confirmations,
    *redox,
    *users,
    *xealth,
    *merges,
    *webhooks,
    *pages,
    path("metrics", metrics.view),
    path("schema", DescriptionView.as_view(), name="schema"),
    path("schema.json", SpectacularJSONAPIView.as_view()),
    path(
        "docs",
        SpectacularSwaggerView.as_view(url_name="schema", http_method_names=["get", "head"]),
        name="docs",
    ),
    path("admin/", admin.site.urls),
    *(
        path(
            written,
            RedirectView.as_view(url=meant, query_string=True, http_method_names=["get", "head"]),
        )
        for written, meant in OF_PEOPLE
    ),
    re_path("", UNKNOWN_PATH),
]
handler400 = "kernel.handler.bad_request"
handler403 = "kernel.staff.failures.not_allowed"
handler404 = "kernel.staff.failures.not_found"
handler500 = "kernel.staff.failures.server_error"
