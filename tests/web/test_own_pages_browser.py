"""The pages that mails link to, in a real browser: its forms are accepted, nothing is cut off on a phone, and axe finds
nothing serious, light or dark."""

import pytest

from tests.admin import accessibility, layout
from tests.admin import browser as chromium
from tests.cast import make_person
from users.services import accounts

pytestmark = [pytest.mark.walk, pytest.mark.browser, chromium.NEEDS_CHROMIUM]
PASSWORD = "correct-horse"
PAGES = (
    "/",
    "/login",
    "/login?signupKey=x",
    "/login/forgot",
    "/login/resend",
    "/signup/clinician?inviteEmail=a.very.long.address.of.a.person.who.was.invited%40example.org",
    "/confirm-password-reset?resetKey=x",
    "/v1/oauth/dexcom/authorize?restricted_token=x",
)


@pytest.fixture
def browser(django_db_setup):
    site = chromium.Site()
    browser = chromium.Browser(site)
    yield browser
    browser.quit()
    site.stop()


def faults_of(browser):
    found = layout.faults(browser)
    for scheme in ("light", "dark"):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        found += accessibility.faults(browser)
    assert len(browser.all("main")) == 1
    return found + [text for text in browser.complaints() if "status of 4" not in text]


def test_the_pages_fit_can_be_read_and_take_what_is_sent(browser, clinic, ada, dot):
    faults = []
    for path in PAGES:
        browser.open(path)
        faults += faults_of(browser)

    eve = make_person("Eve With A Rather Long Name Indeed", roles=("clinician",))
    accounts.set_first_password(eve.user_id, PASSWORD)
    invite = {"email": eve.email, "roles": ["CLINIC_MEMBER"]}
    ada.api.post(f"/v1/clinics/{clinic['id']}/invites/clinicians", invite)
    share = {"email": eve.email, "permissions": {"view": {}}}
    dot.api.post(f"/confirm/send/invite/{dot.user_id}", share)

    browser.open("/login")
    browser.fill("email", eve.email)
    browser.fill("password", "wrong-password")
    browser.click_text("Log in")
    browser.wait_for(".problem", "no account with this address")
    faults += faults_of(browser)
    browser.fill("password", PASSWORD)
    browser.click_text("Log in")
    browser.wait_for("h1", "Invitations")
    faults += faults_of(browser)
    assert len(browser.all(".cards li")) == 2
    browser.click("button[value=accept]")
    browser.wait_for(".done", "You have accepted the invitation.")
    assert len(browser.all(".cards li")) == 1
    faults += faults_of(browser)

    browser.open("/login?signupKey=x")
    browser.click_text("Confirm")
    browser.wait_for(".problem", "This link does not work.")
    faults += faults_of(browser)
    assert not faults, "\n".join(faults)
