"""Staff of every role, a clinic with people, and the audit trail."""

import re
from contextlib import contextmanager
from unittest import mock
from urllib.parse import urlencode, urlsplit

import pytest
from bson import ObjectId
from django.contrib.auth.models import Group, User
from django.dispatch import Signal
from django.http import HttpResponse
from django.template import engines

from clinics.services import clinicians, clinics
from kernel import audit, db
from kernel.staff import failures, roles
from patients.services import patients
from patients.services.patient_details import PatientDetails
from tests.cast import QuickClient
from tests.replay import replayed
from tests.security.conftest import log  # noqa: F401 (a fixture)

PASSWORD = "correct horse battery"
ROLES = tuple(roles.ROLES)


class Staff:
    """A browser of someone with these roles."""

    def __init__(self, *names: str, superuser: bool = False) -> None:
        name = "-".join(names) or "root"
        self.user = replayed(
            f"staff {name} {superuser}", lambda: make_account(name, names, superuser=superuser)
        )
        self.client = QuickClient()
        sign_in(self.client, self.user)

    def get(self, path, query=None):
        """As a browser does, it follows to the address that has a key in place of what was typed."""
        answer = self.client.get(f"/admin/{path}", query or {})
        return self.client.get(answer.headers["Location"]) if is_kept_search(answer) else answer

    def post(self, path, **fields):
        return self.client.post(f"/admin/{path}", fields)

    def export(self, path, query=None, *, chosen="csv"):
        """The file that is sent at once."""
        page = f"/admin/{path}?{urlencode(query or {})}"
        answer = self.client.get(page)
        page = answer.headers["Location"] if is_kept_search(answer) else page
        return self.client.post(page, {"at_once": "1", "format": chosen})

    def submit(self, path, **fields):
        """Fill in the form of a page that guards against parallel changes, and confirm the review."""
        page = self.get(path)
        fields = {"opened_on": opened_on(page), "reason": "T-1", **fields}
        return self.post(path, confirmed="1", **fields)

    @property
    def id(self) -> str:
        return str(self.user.pk)


def sign_in(client, account) -> None:
    """A session as after a login, which the account does not remember and the audit trail does not have: logins have
    tests of their own.

    Gain: a quarter of a short test, before each of two thousand.
    Remove when: an audit event is written by fewer than six commands.
    """
    with mock.patch("django.contrib.auth.user_logged_in", Signal()):
        client.force_login(account)


def is_kept_search(answer) -> bool:
    moved_to = urlsplit(answer.headers.get("Location", ""))
    return moved_to.path == answer.request["PATH_INFO"] and "search=" in moved_to.query


def make_account(name: str, roles: tuple[str, ...], *, superuser: bool) -> User:
    account, _ = User.objects.get_or_create(
        username=name, defaults={"is_staff": True, "is_superuser": superuser}
    )
    account.groups.set(Group.objects.filter(name__in=roles))
    return account


@pytest.fixture
def bare_frame(monkeypatch):
    """Without the navigation around the pages, which takes most of the time and is the same on all."""
    engine = engines["django"].engine
    (loader,) = engine.template_loaders
    frame = engine.from_string(
        "{% block title %}{% endblock %}{% block header %}{% endblock %}{% block content %}{% endblock %}"
    )
    monkeypatch.setitem(loader.get_template_cache, "admin/base_site.html", frame)


@contextmanager
def quick_failures():
    """Failures have their status alone, without a page; tests/admin/test_failures.py tests the page."""
    with mock.patch.object(
        failures, "_page", lambda _, failure: HttpResponse(status=failure.status)
    ):
        yield


@pytest.fixture
def staff():
    return Staff


@pytest.fixture
def root():
    return Staff(superuser=True)


def opened_on(response) -> str:
    return re.search(r'name="opened_on" value="([0-9a-f]*)"', text(response))[1]


def text(response) -> str:
    return response.content.decode()


def messages_of(response) -> list[str]:
    from django.contrib.messages import get_messages

    return [str(message) for message in get_messages(response.wsgi_request)]


def events(**query):
    """Audit events that match the query, oldest first: `events(action="clinic.tier_changed")`."""
    return list(db.database()[audit.COLLECTION].find(query).sort("number", 1))


@pytest.fixture
def clinic(harbor):
    """Ada's clinic: US, free tier, two members, one invite, two tags and sites, three patients."""
    return stored(harbor)


@pytest.fixture
def harbor(ada, ben):
    return replayed("harbor", lambda: make_harbor(ada, ben))


def make_harbor(ada, ben):
    created = clinics.create_clinic(
        creator_id=ada.user_id,
        profile=clinics.ClinicProfile(
            name="Harbor Diabetes Center",
            preferred_bg_units="mg/dL",
            country="US",
            timezone="US/Pacific",
            phone_numbers=[{"number": "+1 555 0100"}],
        ),
    )
    tags = [{"_id": ObjectId(), "name": name} for name in ("Pump", "Study")]
    sites = [{"id": ObjectId(), "name": name} for name in ("Main", "West")]
    db.database()["clinics"].update_one(
        {"_id": created["_id"]}, {"$set": {"patientTags": tags, "sites": sites}}
    )
    clinicians.create_clinician(
        clinic_id=created["_id"],
        details=clinicians.ClinicianDetails(
            roles=["CLINIC_MEMBER"], email=ben.email, name="Ben Member", user_id=ben.user_id
        ),
    )
    clinicians.create_clinician(
        clinic_id=created["_id"],
        details=clinicians.ClinicianDetails(
            roles=["CLINIC_MEMBER"], email="invited@example.org", invite_id="secret-invite-key"
        ),
    )
    for number, name in enumerate(("Maria Marker", "=cmd|' /C calc'!A0", "Paul Plain")):
        patients.create_custodial_patient(
            clinic_id=created["_id"],
            details=PatientDetails(
                {
                    "fullName": name,
                    "birthDate": "1980-01-02",
                    "mrn": f"MRN-{number}",
                    "tags": [tags[0]["_id"]],
                    "sites": [sites[0]["id"]],
                    "dataSources": [{"providerName": "dexcom", "state": "error"}],
                }
            ),
        )
    return created


def stored(clinic):
    return db.collection("clinics").find_one({"_id": clinic["_id"]})


def patient_ids(clinic) -> list[str]:
    documents = db.collection("patients").find({"clinicId": clinic["_id"]}, sort=[("_id", 1)])
    return [document["userId"] for document in documents]
