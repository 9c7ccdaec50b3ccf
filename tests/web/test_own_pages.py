"""The small pages to which mails link while there is no web app."""

import html
import io
import os
import re
import subprocess
import sys
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from bson import ObjectId
from django.conf import settings
from django.test.utils import override_settings
from django.urls import re_path

from confirmations.pages import frame, urls
from confirmations.services import claim_links, clinician_invites
from kernel import db, logging
from kernel.api.viewsets import UNKNOWN_PATH
from kernel.errors import Unavailable
from notifications.services import catalogue, rendering
from scripts import local
from tests import accesses as seen
from tests.cast import QuickClient, make_person
from tests.events import emitted
from users.services import accounts
from users.services.neighbours import profile_service

PATHS = [
    "/login", "/login?signupKey=x", "/login/confirm", "/login/answer", "/login/out", "/login/forgot", "/login/resend",
    "/signup", "/signup/personal", "/signup/clinician", "/confirm-password-reset?resetKey=x", "/v1/oauth/dexcom/authorize",
]  # fmt: skip
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PASSWORD = "correct-horse"


class Visitor:
    """A browser without script: it follows links, fills in the forms that it is shown, and keeps cookies."""

    def __init__(self):
        self.client = QuickClient(enforce_csrf_checks=True, headers={"Accept": CHROME})
        self.client.handler = _checking_handler()

    def open(self, address):
        self.page = self.client.get(address, follow=True)
        return self

    def send(self, action, **fields):
        """Submit the form of the page that goes to `action`, with `fields` filled in."""
        forms = re.findall(
            r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', self.text, re.S
        )
        inside = next(form for target, form in forms if target == action)
        hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', inside)
        kept = {name: html.unescape(value) for name, value in hidden}
        self.page = self.client.post(action, {**kept, **fields}, follow=True)
        return self

    @property
    def text(self):
        return self.page.content.decode()

    @property
    def status(self):
        return self.page.status_code

    def says(self, text):
        return text in html.unescape(self.text)


def _checking_handler():
    from django.test.client import ClientHandler

    handler = ClientHandler(enforce_csrf_checks=True)
    handler.load_middleware()
    return handler


@pytest.fixture
def visitor():
    return Visitor()


def mailed_link(template):
    """The address in the newest mail of this kind, without the service's own."""
    mail = [m for m in emitted("mail.requested") if m["template"] == template][-1]
    link = rendering._link(catalogue.find_mail(template), mail["variables"])
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def log_in(visitor, email, password=PASSWORD):
    return visitor.open("/login").send("/login", email=email, password=password)


def with_password(person):
    accounts.set_first_password(person.user_id, PASSWORD)
    return person


# --- every link in mails ------------------------------------------------------------------------------------------
def test_every_link_in_a_mail_leads_to_a_page(visitor):
    """For every template and every `WebPath` that a mail is sent with."""
    paths = ("login", "signup/personal", "signup/clinician")
    for mail in catalogue.CATALOGUE.values():
        for web_path in paths if "WebPath" in mail.variables else ("",):
            link = rendering._link(mail, {**mail.sample, "WebPath": web_path})
            if link:
                parts = urlsplit(link)
                visitor.open(f"{parts.path}?{parts.query}")
                assert visitor.status == 200, mail.template
                assert "<main>" in visitor.text, mail.template


def test_an_invited_clinician_opens_an_account_confirms_it_and_accepts(clinic, ada, visitor):
    body = {"email": "fay.new@example.org", "roles": ["CLINIC_MEMBER"]}
    ada.api.post(f"/v1/clinics/{clinic['id']}/invites/clinicians", body)
    link = mailed_link("clinician_invitation")
    assert link.startswith("/signup/clinician?")

    visitor.open(link).send(
        "/signup", name="Fay New", email="fay.new@example.org", password=PASSWORD, kind="clinician"
    )
    assert visitor.says("Look into your mails")
    log_in(visitor, "fay.new@example.org")
    assert (visitor.status, visitor.says("not confirmed yet")) == (403, True)

    visitor.open(mailed_link("signup_confirmation")).send("/login/confirm")
    assert visitor.says("The address is confirmed.")
    log_in(visitor, "fay.new@example.org")
    assert visitor.says(f"Ada Admin invites you to work in {clinic['name']}.")
    visitor.send("/login/answer", answer="accept")
    assert visitor.says("You have accepted the invitation.")
    assert visitor.says(f"you work in {clinic['name']}")
    account = db.collection("accounts").find_one({"username": "fay.new@example.org"})
    assert account["roles"] == ["clinician"]
    record = db.collection("clinicians").find_one({"userId": account["_id"]})
    assert record["roles"] == ["CLINIC_MEMBER"]


def test_an_invitation_into_a_care_team_is_accepted_or_declined(dot, visitor):
    fay = with_password(make_person("Fay Friend"))
    for answer, status in (("decline", "declined"), ("accept", "completed")):
        body = {"email": fay.email, "permissions": {"view": {}}}
        key = dot.api.post(f"/confirm/send/invite/{dot.user_id}", body).json()["key"]
        log_in(visitor, fay.email)
        assert visitor.says("Dot Patient would like to share diabetes data with you.")
        visitor.send("/login/answer", answer=answer)
        assert visitor.says("No invitation waits for you.")
        assert db.collection("confirmations").find_one({"_id": key})["status"] == status
        visitor.send("/login/out")
    record = seen.the_record(operation="AcceptCareTeamInvite")
    assert (record["who"], record["patient"], record["outcome"]) == (
        fay.user_id,
        dot.user_id,
        "200",
    )
    assert visitor.says("You are logged out.")
    assert visitor.open("/login").says("Forgot the password?")


def test_an_offer_to_a_clinic_is_accepted_by_its_member(clinic, ben, dot, visitor):
    body = {"shareCode": clinic["shareCode"], "permissions": {"view": {}}}
    dot.api.post(f"/confirm/send/invite/{dot.user_id}/clinic", body)
    log_in(visitor, with_password(ben).email)
    assert visitor.says(f"Dot Patient offers to share diabetes data with {clinic['name']}.")
    visitor.send("/login/answer", answer="accept")
    assert visitor.says("You have accepted the invitation.")
    assert ben.api.get(f"/v1/clinics/{clinic['id']}/patients/{dot.user_id}").status_code == 200


def test_an_account_that_a_clinic_made_is_claimed(clinic, ada, visitor):
    body = {"fullName": "Kay Kid", "birthDate": "2001-02-03", "email": "kay.kid@example.org"}
    patient = ada.api.post(f"/v1/clinics/{clinic['id']}/patients", body).json()
    claim_links.send_claim_link(clinic_id=clinic["id"], user_id=patient["id"])
    link = mailed_link("signup_custodial_new_clinic_experience_confirmation")

    visitor.open(link).send("/login/confirm")
    assert visitor.says("Choose a password, and enter your date of birth")
    assert visitor.status == 200, "nothing was wrong until now"
    visitor.send("/login/confirm", password=PASSWORD, birthday="2001-02-04")
    assert (visitor.status, visitor.says("not the date of birth")) == (400, True)
    visitor.send("/login/confirm", password="short", birthday="2001-02-03")
    assert (visitor.status, visitor.says("8 to 72 characters")) == (400, True)
    visitor.send("/login/confirm", password=PASSWORD, birthday="2001-02-03")
    assert visitor.says("The account is yours.")
    log_in(visitor, "kay.kid@example.org")
    assert visitor.says("You are logged in as")

    visitor.open(link).send("/login/confirm", password="another-one", birthday="2001-02-03")
    assert (visitor.status, visitor.says("It was used already")) == (404, True)


def test_a_forgotten_password_is_replaced(dot, visitor):
    visitor.open("/login/forgot").send("/login/forgot", email=dot.email)
    assert visitor.says("Look into your mails")
    link = mailed_link("password_reset")
    visitor.open(link).send("/confirm-password-reset", email="other@example.org", password=PASSWORD)
    assert visitor.status == 404
    visitor.send("/confirm-password-reset", email=dot.email, password=PASSWORD)
    assert visitor.says("The password is changed.")
    assert log_in(visitor, dot.email).says("No invitation waits for you.")
    visitor.client.cookies.clear()
    visitor.open(link).send("/confirm-password-reset", email=dot.email, password="another-one")
    assert (visitor.status, visitor.says("used already")) == (404, True)


@pytest.mark.parametrize("page", ["/login/forgot", "/login/resend"])
def test_an_address_with_a_slash_is_refused_in_words(visitor, page):
    visitor.open(page).send(page, email="a/b@example.org/../x")
    assert visitor.status == 400
    assert visitor.says("An address looks like")


def test_a_link_with_a_slash_does_not_work(visitor):
    visitor.open("/login?signupKey=a/b").send("/login/confirm")
    assert visitor.status == 404
    assert visitor.says("This link does not work")


def test_a_person_who_signs_up_with_a_taken_address_is_told_nothing_and_its_owner_gets_a_mail(
    dot, visitor
):
    fields = {"name": "Someone", "password": PASSWORD, "kind": "personal"}
    visitor.open("/signup").send("/signup", email="free@example.org", **fields)
    free = visitor.text
    visitor.open("/signup").send("/signup", email=dot.email, **fields)
    assert visitor.text == free
    templates = [mail["template"] for mail in emitted("mail.requested")]
    assert templates == ["signup_confirmation", "password_reset"]
    assert db.collection("accounts").find_one({"_id": dot.user_id}).get("password") is None


@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"email": "no-address"}, {"password": "short"}, {"password": "a b c d e f"}],
)
def test_an_account_that_the_rules_forbid_is_not_opened(visitor, wrong):
    fields = {"name": "Fay", "email": "fay@example.org", "password": PASSWORD, "kind": "personal"}
    visitor.open("/signup").send("/signup", **{**fields, **wrong})
    assert (visitor.status, visitor.says("Enter a name")) == (400, True)
    assert db.collection("accounts").count_documents({}) == 0


# --- keys and forms -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("key", ["unknown", "a/b", "..", "%2e%2e", "", "a" * 3000])
def test_an_unknown_key_is_answered_with_a_page(visitor, key):
    visitor.open("/login").client.get(f"/login?signupKey={key}")
    visitor.open("/login?signupKey=x").send("/login/confirm", key=key)
    assert visitor.status == (404 if key else 200)
    assert "<main>" in visitor.text


def test_opening_a_link_changes_nothing(backend, visitor):
    """Programs that look through mails open links, too."""
    fay = accounts.create_user(email="fay@example.org", full_name="Fay", is_proven=False)
    backend.post(f"/confirm/send/signup/{fay.user_id}")
    link = mailed_link("signup_confirmation")
    visitor.open(link)
    key = parse_qs(urlsplit(link).query)["signupKey"][0]
    assert db.collection("confirmations").find_one({"_id": key})["status"] == "pending"


def test_a_key_is_tried_only_so_often(visitor, settings):
    settings.CONFIRMATIONS_PER_KEY = "2/hour"
    for _ in range(2):
        visitor.open("/login?signupKey=x").send("/login/confirm")
        assert visitor.status == 404
    visitor.open("/login?signupKey=x").send("/login/confirm")
    assert (visitor.status, visitor.says("too many tries")) == (429, True)
    assert int(visitor.page["Retry-After"]) > 0


def test_a_wrong_password_is_refused_in_words(dot, visitor):
    log_in(visitor, with_password(dot).email, "wrong-password")
    assert (visitor.status, visitor.says("no account with this address and this password")) == (
        401,
        True,
    )
    assert "account_session" not in visitor.client.cookies


@pytest.mark.parametrize(
    ("kind", "part"),
    [("clinician", "key"), ("offer", "key"), ("offer", "other"), ("care_team", "other")],
)
def test_what_a_form_sends_makes_no_address_of_another_operation(clinic, ben, visitor, kind, part):
    """A person's own session would be used for it."""
    log_in(visitor, with_password(ben).email)
    before = ben.api.get(f"/v1/clinics/{clinic['id']}").json()
    for wrong in (f"{clinic['id']}/patients/x", "../x", "a/b", f"{clinic['id']}/../{clinic['id']}"):
        fields = {"kind": kind, "key": "x", "other": clinic["id"], part: wrong}
        token = visitor.client.cookies["csrftoken"].value
        for answer in ("accept", "decline"):
            data = {**fields, "answer": answer, "csrfmiddlewaretoken": token}
            page = visitor.client.post("/login/answer", data)
            assert page.status_code == 404, (kind, part, wrong)
    assert ben.api.get(f"/v1/clinics/{clinic['id']}").json() == before


def test_names_are_shown_as_they_are_typed(clinic, ada, visitor):
    name = """<script>alert(1)</script> "quoted" & '{{ x }}'"""
    db.collection("clinics").update_one({"_id": ObjectId(clinic["id"])}, {"$set": {"name": name}})
    fay = with_password(make_person("Fay Friend"))
    profile_service().update_profile(ada.user_id, {"fullName": name})
    body = {"email": fay.email, "roles": ["CLINIC_MEMBER"]}
    ada.api.post(f"/v1/clinics/{clinic['id']}/invites/clinicians", body)
    log_in(visitor, fay.email)
    assert (visitor.status, visitor.text.count("&lt;script&gt;")) == (200, 2), visitor.text
    assert "<script" not in visitor.text
    visitor.open("/signup?inviteEmail=" + quote('"><script>alert(1)</script>'))
    assert "<script" not in visitor.text


@pytest.mark.parametrize("host", ["evil.example", "testserver:1@evil.example", "evil.example:80"])
def test_a_forged_host_is_in_no_answer(visitor, host):
    for path in ("/login", "/login/out", "/signup"):
        page = visitor.client.get(path, headers={"Host": host, "X-Forwarded-Host": host})
        assert "evil" not in page.content.decode() + str(page.headers)


@pytest.mark.parametrize(
    "action",
    ["/login", "/login/confirm", "/login/answer", "/login/out", "/login/forgot", "/login/resend",
     "/signup", "/confirm-password-reset"],
)  # fmt: skip
def test_a_form_of_another_site_does_nothing(visitor, action):
    refused = visitor.client.post(action, {"key": "x", "email": "a@example.org"})
    assert refused.status_code == 403
    assert "The form has expired" in refused.content.decode()
    assert "/admin" not in refused.content.decode()


def test_the_session_is_a_cookie_that_no_operation_and_no_script_reads(dot, visitor):
    log_in(visitor, with_password(dot).email)
    cookie = visitor.client.cookies["account_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/login")
    answer = visitor.client.get("/auth/user", headers={"Accept": "application/json"})
    assert answer.status_code == 401


@pytest.mark.parametrize("address", ["/login", "/login?signupKey=x", "/signup", "/login/forgot"])
def test_a_page_tells_no_one_its_address_and_runs_nothing(visitor, address):
    page = visitor.open(address).page
    assert page["Referrer-Policy"] == "strict-origin"
    assert page["Cache-Control"] == "no-store"
    assert page["X-Frame-Options"] == "DENY"
    policy = dict(part.split(" ", 1) for part in page["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert "script-src" not in policy
    assert "<script" not in visitor.text
    assert "onclick" not in visitor.text


@pytest.fixture
def log(monkeypatch):
    """What is logged from INFO on. Afterwards it goes where it went before, and not into what is closed by then."""
    stream = io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr("sys.stderr", stream)
        logging.configure("INFO")
    yield stream
    logging.configure(settings.LOG_LEVEL)


def test_keys_and_addresses_are_in_no_line_of_the_log(visitor, log):
    visitor.open("/login?signupKey=Zyxmarker&signupEmail=Zyxmarker@example.org")
    visitor.send("/login/confirm")
    visitor.open("/confirm-password-reset?resetKey=Zyxmarker")
    visitor.send("/confirm-password-reset", email="zyxmarker@example.org", password=PASSWORD)
    log_in(visitor, "zyxmarker@example.org")
    visitor.client.post("/login/confirm?signupKey=Zyxmarker", {"key": "Zyxmarker"})
    seen = log.getvalue()
    for name in ("pages.login", "pages.confirm", "pages.password"):
        assert f'"operation":"{name}"' in seen
    assert "zyxmarker" not in seen.lower()


def test_what_does_not_answer_is_not_shown_as_nothing(dot, visitor, monkeypatch):
    log_in(visitor, with_password(dot).email)

    def down(*_):
        raise Unavailable

    monkeypatch.setattr(clinician_invites, "list_own_invites", down)
    visitor.open("/login")
    assert (visitor.status, visitor.says("does not answer at the moment")) == (503, True)
    assert not visitor.says("No invitation waits")


# --- where they are not -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", PATHS)
def test_a_client_that_takes_no_page_is_told_what_this_is(path, eve):
    for client in (QuickClient(), eve.api):
        answer = client.get(path, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()) == (406, {"message": frame.FOR_PEOPLE})
        assert "open it in a browser" in frame.FOR_PEOPLE


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accept", ["*/*", "text/*", None])
def test_a_client_that_says_nothing_of_pages_gets_one(path, accept):
    """As curl, and what looks through mails."""
    answer = QuickClient().get(path, headers={"Accept": accept} if accept else {}, follow=True)
    assert (answer.status_code, answer["content-type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize("path", PATHS)
def test_other_methods_are_no_part_of_a_page(path):
    assert QuickClient().delete(path, headers={"Accept": CHROME}).status_code == 400


@pytest.mark.parametrize(
    ("variables", "are_there"),
    [
        ({}, True),
        ({"TIDEPOOL_WEBAPP_URL": "https://app.example.org"}, False),
        ({"TIDEPOOL_SHORELINE_CLIENT_ADDRESS": "http://users"}, False),
    ],
)
def test_they_are_there_while_there_is_neither_a_web_app_nor_a_user_service(variables, are_there):
    """In a process of its own, because the settings are read once."""
    names = ("PATH", "HOME", "LANG")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    script = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "from clinics_site.urls import urlpatterns\n"
        "print(any(str(route.pattern) == 'login' for route in urlpatterns), settings.WEBAPP_URL)"
    )
    environment = {
        **kept,
        "DJANGO_SETTINGS_MODULE": "clinics_site.settings",
        "ENVIRONMENT": "test",
        "TIDEPOOL_APPLICATION_URL": "http://here.example.org",
        **variables,
    }
    result = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=environment,
        cwd=local.BASE,
        check=True,
    )
    web_app = variables.get("TIDEPOOL_WEBAPP_URL", "http://here.example.org")
    assert result.stdout.split() == [str(are_there), web_app]


def test_without_the_routes_their_paths_are_unknown(settings):

    settings.OWN_PAGES = False
    assert urls.page_routes() == []
    with override_settings(ROOT_URLCONF=Without):
        answer = QuickClient().get("/login", headers={"Accept": CHROME})
        assert (answer.status_code, answer.json()) == (400, {"message": "session token is missing"})


class Without:
    urlpatterns = [re_path("", UNKNOWN_PATH)]
