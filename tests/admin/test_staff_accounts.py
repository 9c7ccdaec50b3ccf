"""Accounts of staff, created by a superuser."""

import re
from datetime import UTC, datetime

import pytest
from bson import ObjectId
from django.contrib.auth.models import Group, Permission, User

from kernel.staff import roles
from tests.admin.conftest import Staff, events, text
from tests.cast import QuickClient

# Words of Django's own pages.
FOREIGN = (
    *("Authentication and Authorization", "Groups", "Clinics_Site", "superuser status", "argon2", "for the user"),
    *("created a user", "user’s", "this form", "Password confirmation"),
)  # fmt: skip


def test_a_staff_account_created_with_the_form_can_log_in(root):
    page = text(root.get("auth/user/add/"))
    fields_of_form = set(re.findall(r'name="([a-z_0-9]+)"', page))
    assert {
        "username",
        "password1",
        "password2",
        "first_name",
        "email",
        "is_staff",
        "groups",
    } <= fields_of_form
    assert re.search(r'name="is_staff"[^>]*checked', page)

    password = "a long enough sentence"
    support = Group.objects.get(name="support")
    response = root.post(
        "auth/user/add/",
        username="nell",
        usable_password="true",
        password1=password,
        password2=password,
        is_staff="on",
        groups=str(support.pk),
    )

    nell = User.objects.get(username="nell")
    assert response.status_code == 302
    assert nell.is_staff
    assert list(nell.groups.all()) == [support]
    (event,) = events(action="staff.user_created")
    assert event["after"]["roles"] == ["support"]
    browser = QuickClient()
    entered = browser.post("/admin/login/", {"username": "nell", "password": password})
    assert entered.status_code == 302
    assert browser.get("/admin/clinics/").status_code == 200


@pytest.mark.parametrize("page", ["auth/user/", "auth/user/{id}/change/"])
def test_the_times_of_an_account_name_their_zone(root, page):
    sam = Staff("support").user
    sam.last_login = sam.date_joined = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
    sam.save()

    html = text(root.get(page.format(id=sam.pk)))
    assert "4 Mar 2026, 05:06 UTC" in html
    assert "5:06 a.m." not in html


def test_accounts_can_be_sorted_by_their_last_login(root):
    for name, minute in (("support", 2), ("viewer", 1)):
        user = Staff(name).user
        user.last_login = datetime(2026, 3, 4, 5, minute, tzinfo=UTC)
        user.save()

    html = text(root.get("auth/user/", {"o": "4"}))
    assert html.index("05:01 UTC") < html.index("05:02 UTC")


def test_the_matrix_shows_roles_rights_and_pages_as_the_database_has_them(root):
    Staff("support")
    page = root.get("roles/")
    shown = [role.name for role in page.context["roles"]]
    assert shown == list(roles.ROLES)
    opens = {
        row["route"]: dict(zip(shown, row["roles"], strict=True)) for row in page.context["pages"]
    }
    assert opens["/admin/clinics/{clinic_id}/patients/"]["support"]
    assert not opens["/admin/clinics/{clinic_id}/patients/"]["viewer"]
    assert not any(opens["/admin/clinics/{clinic_id}/patients/export"].values())
    assert page.context["roles"][shown.index("support")].accounts == 1
    assert page.context["differs"] == []

    viewer = Group.objects.get(name="viewer")
    viewer.permissions.add(Permission.objects.get(codename="export"))
    page = root.get("roles/")
    exports = next(row for row in page.context["rights"] if row["name"] == roles.EXPORT)
    assert exports["roles"][shown.index("viewer")]
    assert "Not as this version declares them: viewer." in text(page)


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("auth/user/", "Staff accounts"),
        ("auth/user/add/", "Add a staff account"),
        ("auth/user/{id}/change/", "support"),
        ("auth/user/{id}/password/", "Set a password"),
        ("auth/user/{id}/delete/", "Delete the staff account"),
        ("password_change/", "Password change"),
    ],
)
def test_pages_of_accounts_have_the_frame_and_the_words_of_the_others(page, title, root):
    html = text(root.get(page.format(id=Staff("support").id)))
    assert re.search(rf'class="st-here">{title}<', html)
    assert 'id="quick-search"' in html
    assert html.partition("</title>")[0].endswith("| Clinics (test)")
    for word in FOREIGN:
        assert word not in html, word


def test_a_superuser_sets_the_password_of_an_account(root):
    account = Staff("support").user
    page = f"auth/user/{account.pk}/password/"
    password = {"password1": "a long enough sentence", "password2": "a long enough sentence"}
    assert "Its open sessions end." in text(root.get(page))
    assert root.post(page, **password).status_code == 302
    account.refresh_from_db()
    assert account.check_password(password["password1"])
    assert "set (<a " in text(root.get(f"auth/user/{account.pk}/change/"))


def test_an_account_that_does_not_exist_is_not_found(root):
    for page in ("change", "password", "delete"):
        assert root.get(f"auth/user/{ObjectId()}/{page}/").status_code == 404, page


def test_roles_have_no_pages_but_that_of_roles_and_rights(root):
    role = Group.objects.get(name="support")
    assert root.get("auth/group/").status_code == 404
    assert root.get(f"auth/group/{role.pk}/change/").status_code == 404


def test_the_history_of_an_account_is_in_the_audit_trail(root):
    user_id = Staff("support").id
    answer = root.get(f"auth/user/{user_id}/history/")
    assert answer.url == f"/admin/audit/?object={user_id}"


def test_an_account_is_deleted_after_its_typed_name_and_a_reason(root):
    sam = Staff("support")
    page = f"auth/user/{sam.id}/delete/"
    for wrong in ({"typed": "sam", "reason": "T-1"}, {"typed": "support", "reason": ""}):
        assert root.post(page, **wrong).status_code == 400
    assert User.objects.filter(pk=sam.user.pk).exists()
    assert root.post(page, typed="support", reason="T-1").url == "/admin/auth/user/"
    assert not User.objects.filter(pk=sam.user.pk).exists()
    (event,) = events(action="staff.user_deleted")
    assert (event["object"]["id"], event["reason"]) == (sam.id, "T-1")
    assert event["before"]["roles"] == ["support"]


def test_no_one_deletes_their_own_account_and_no_other_than_a_superuser_any(root, staff):
    own = root.post(f"auth/user/{root.id}/delete/", typed="root", reason="T-1")
    assert own.url == f"/admin/auth/user/{root.id}/change/"
    assert staff("destructive").get(f"auth/user/{root.id}/delete/").status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": root.id, "post": "yes"}
    root.post("auth/user/", **chosen)
    assert User.objects.filter(pk=root.user.pk).exists()
