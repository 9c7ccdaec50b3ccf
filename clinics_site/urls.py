"""Routes: the contract's operations, the staff site, health, and the catch-all that ends every path."""

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from clinics_site.core import health, metrics
from clinics_site.core.api.viewsets import UNKNOWN_PATH

urlpatterns = [
    path("ready", health.ready),
    path("live", health.live),
    path("metrics", metrics.view),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
    path("admin/", admin.site.urls),
    path("", include("clinics.api.urls")),
    path("", include("confirmations.api.urls")),
    path("", include("redox.api.urls")),
    path("", include("users.api.urls")),
    re_path(r"^.*$", UNKNOWN_PATH),
]
handler400 = "clinics_site.core.handler.bad_request"
handler500 = "clinics_site.admin.failures.server_error"
