"""Accounts of staff, as a superuser makes them."""

import re

from django.contrib.auth.models import Group, User

from tests.admin.conftest import events, text
from tests.cast import QuickClient


def test_a_new_staff_account_is_made_by_filling_the_form_and_can_log_in(root):
    page = text(root.get("auth/user/add/"))
    asked = set(re.findall(r'name="([a-z_0-9]+)"', page))
    assert {
        "username",
        "password1",
        "password2",
        "first_name",
        "email",
        "is_staff",
        "groups",
    } <= asked
    assert re.search(r'name="is_staff"[^>]*checked', page)

    password = "a long enough sentence"
    support = Group.objects.get(name="support")
    made = root.post(
        "auth/user/add/",
        username="nell",
        usable_password="true",
        password1=password,
        password2=password,
        is_staff="on",
        groups=str(support.pk),
    )

    nell = User.objects.get(username="nell")
    assert made.status_code == 302
    assert nell.is_staff
    assert list(nell.groups.all()) == [support]
    (event,) = events(action="staff.user_created")
    assert event["after"]["roles"] == ["support"]
    browser = QuickClient()
    entered = browser.post("/admin/login/", {"username": "nell", "password": password})
    assert entered.status_code == 302
    assert browser.get("/admin/clinics/").status_code == 200
