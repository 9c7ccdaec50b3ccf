"""Routes of the embedded accounts; with a real user service configured there are none."""

from django.conf import settings
from django.urls import URLPattern, path

from kernel.api.viewsets import route
from users.api import description
from users.api.accounts import ProfileViewSet, UserViewSet
from users.api.sessions import LoginViewSet, LogoutViewSet, ServerLoginViewSet


def account_routes() -> list[URLPattern]:
    if settings.SHORELINE_ADDRESS:
        return []
    return [
        path("schema/accounts", description.view),
        route("/auth/login", LoginViewSet, post="log_in", get="renew"),
        route("/auth/logout", LogoutViewSet, post="log_out"),
        route("/auth/serverlogin", ServerLoginViewSet, post="log_in"),
        route("/auth/user", UserViewSet, get="retrieve_own"),
        route("/auth/user/<user_id>", UserViewSet, get="retrieve"),
        route(
            "/metadata/<user_id>/profile",
            ProfileViewSet,
            get="retrieve",
            put="update",
            post="update",
        ),
    ]


urlpatterns = account_routes()
