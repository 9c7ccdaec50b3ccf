"""Routes of the app's operations."""

from kernel.api.viewsets import route
from xealth.api.preorders import PreorderViewSet

urlpatterns = [
    route("/v1/xealth/preorder", PreorderViewSet, post="answer"),
]
