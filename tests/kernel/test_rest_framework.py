"""Every view authenticates and authorises through DRF's classes; the few exceptions are listed by name."""

import pytest
from django.urls import get_resolver

from confirmations.api.viewsets import BrokenLink
from kernel import policy
from kernel.api.authentication import SessionTokenAuthentication
from kernel.api.operations import REGISTRY
from kernel.api.permissions import PolicyPermission
from kernel.api.viewsets import ApiViewSet
from kernel.principal import Principal
from patients.api.bulk_creations import SwitchedViewSet
from redox.api.redox import RedoxWebhookViewSet
from users.api.base import AccountViewSet
from xealth.api.base import XealthViewSet
from xealth.api.viewer import ReportViewSet

CHECKS = ("initial", "perform_authentication", "check_permissions", "get_authenticators")


def viewsets():
    views = {
        getattr(route.callback, "cls", None)
        for route in get_resolver().url_patterns
        if route.callback
    }
    return sorted(
        (view for view in views if view and issubclass(view, ApiViewSet)),
        key=lambda view: view.__name__,
    )


OF_PARTNERS = (RedoxWebhookViewSet, XealthViewSet)  # with credentials of their own
WITHOUT_TOKEN = {
    *(BrokenLink, ReportViewSet),
    *(view for view in viewsets() if issubclass(view, OF_PARTNERS)),
}


@pytest.mark.parametrize("view", viewsets(), ids=lambda view: view.__name__)
def test_every_view_uses_token_authentication_and_the_policy(view):
    expected = () if view in WITHOUT_TOKEN else [SessionTokenAuthentication]
    assert view.authentication_classes == expected
    assert view.permission_classes == [PolicyPermission]


@pytest.mark.parametrize("view", viewsets(), ids=lambda view: view.__name__)
def test_only_embedded_accounts_partners_and_what_is_switched_off_override_the_checks(view):
    replaced = {name for name in CHECKS if getattr(view, name) is not getattr(ApiViewSet, name)}
    if issubclass(view, AccountViewSet):
        assert replaced == {"perform_authentication", "check_permissions"}
    elif issubclass(view, (*OF_PARTNERS, SwitchedViewSet)):
        assert replaced == {"check_permissions"}
    else:
        assert replaced == set()


def test_without_a_token_only_external_operations_are_served():
    served = {
        action.operation.id
        for view in WITHOUT_TOKEN
        for action in vars(view).values()
        if hasattr(action, "operation")
    }
    assert served
    assert all(policy.is_external(name) for name in served)
    assert served <= REGISTRY.keys()


def test_the_user_of_a_request_is_its_principal_and_the_auth_its_token(ada):
    request = ada.api.get("/v1/patients").wsgi_request
    assert request.user == Principal(ada.user_id, is_server=False)
    assert request.auth == ada.token


def test_an_external_operation_has_no_user_even_with_a_token(ada):
    request = ada.api.post("/v1/redox/verify", {}).wsgi_request
    assert request.operation_id == "VerifyEndpoint"
    assert request.user is None
