"""Routes of the app's operations."""

from kernel.api.viewsets import route
from xealth.api.preorders import PreorderViewSet
from xealth.api.programs import ProgramViewSet

urlpatterns = [
    route("/v1/xealth/preorder", PreorderViewSet, post="answer"),
    route("/v1/xealth/programs", ProgramViewSet, put="list_programs"),
    route("/v1/xealth/program", ProgramViewSet, put="make_url"),
]
