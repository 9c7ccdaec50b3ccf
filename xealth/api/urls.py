"""Routes of the app's operations, and of the files that show a report."""

from django.urls import path

from kernel.api.viewsets import route
from xealth.api import viewer
from xealth.api.notifications import NotificationViewSet
from xealth.api.preorders import PreorderViewSet
from xealth.api.programs import ProgramViewSet

_REPORT = "/v1/xealth/report"

urlpatterns = [
    route("/v1/xealth/preorder", PreorderViewSet, post="answer"),
    route("/v1/xealth/notification", NotificationViewSet, post="receive"),
    route("/v1/xealth/programs", ProgramViewSet, put="list_programs"),
    route("/v1/xealth/program", ProgramViewSet, put="make_url"),
    route(f"{_REPORT}/web/viewer.html", viewer.ReportViewSet, get="show"),
    route(
        f"{_REPORT}/clinics/<clinicId>/patients/<patientId>/report.pdf",
        viewer.ReportViewSet,
        get="content",
    ),
    path("v1/xealth/report/files/<str:version>/<path:name>", viewer.file),
]
