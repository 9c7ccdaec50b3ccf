"""Requests of staff pages and log-ins are counted and logged under names of their own."""

import pytest
from django.contrib.auth.models import User

from kernel import metrics
from tests.admin.conftest import PASSWORD, Staff
from tests.cast import Api, QuickClient


def counts():
    family = next(iter(metrics.REQUESTS.collect()))
    return {
        (sample.labels["operation"], int(sample.labels["status"])): sample.value
        for sample in family.samples
        if sample.name.endswith("_total")
    }


@pytest.fixture
def counted():
    """What was counted since."""
    before = counts()
    return lambda: {key for key, value in counts().items() if value > before.get(key, 0)}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("", "admin.index"),
        ("clinics/", "admin.clinics"),
        ("auth/user/", "admin.auth_user_changelist"),
        ("password_change/", "admin.password_change"),
    ],
)
def test_a_page_that_is_shown(counted, path, name):
    assert Staff(superuser=True).get(path).status_code == 200
    assert counted() == {(name, 200)}


def test_a_page_that_a_stranger_asks_for(counted):
    assert QuickClient().get("/admin/clinics/").status_code == 302
    assert counted() == {("admin.clinics", 302)}


def test_logging_in_with_and_without_success(counted):
    User.objects.create_user("ann", password=PASSWORD, is_staff=True)
    for password, status in (("wrong", 200), (PASSWORD, 302)):
        form = {"username": "ann", "password": password}
        assert QuickClient().post("/admin/login/", form).status_code == status
    assert counted() == {("admin.login", 200), ("admin.login", 302)}


def test_an_address_that_no_page_has_makes_no_name(counted):
    Staff(superuser=True).get("clinics/Zyxwvut/nothing/here/")
    assert {name for name, _ in counted()} == {"other"}


def test_logging_in_to_the_embedded_accounts(counted):
    assert Api().get("/auth/login").status_code == 401
    assert Api().post("/auth/login").status_code == 400
    assert counted() == {("accounts.session.renew", 401), ("accounts.session.log_in", 400)}
