"""What staff do all day, in a real browser, with the console watched. Longer tickets are in test_stories.py."""

import re
import unicodedata

import pytest
from django.contrib.auth.models import Group, User
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from kernel import clock, db, texts
from tests import ehr
from tests.admin import browser as chromium
from tests.admin.conftest import PASSWORD, patient_ids
from tests.events import deliver_all
from tests.factories import make_patient
from tests.xealth_peer import XealthPeer

UNUSED = {"Cn", "Cs", "Co", "Cc"}  # without a meaning, or refused by every field
pytestmark = [pytest.mark.browser, chromium.NEEDS_CHROMIUM]


@pytest.fixture(scope="module")
def site(django_db_setup):
    running_site = chromium.Site()
    yield running_site
    running_site.stop()


@pytest.fixture(scope="module")
def chrome(site):
    started = chromium.Browser(site)
    yield started
    started.quit()


@pytest.fixture
def browser(chrome):
    chrome.forget()
    return chrome


@pytest.fixture
def sam():
    user = User.objects.create_user("sam", "sam@example.org", PASSWORD, is_staff=True)
    user.groups.set(Group.objects.exclude(name="auditor"))
    return user


def test_a_removal_waits_for_the_typed_text(browser, sam, clinic):
    user_id = patient_ids(clinic)[0]
    browser.log_in("sam", PASSWORD)
    browser.open(f"/admin/clinics/{clinic['_id']}/patients/{user_id}/remove")
    button = browser.find("[data-confirms]")
    assert not button.is_enabled()
    browser.fill("typed", "something")
    assert not button.is_enabled()
    browser.fill("typed", "Maria Marker")
    assert button.is_enabled()
    browser.fill("reason", "T-2")
    button.click()
    browser.wait_for("body", "The patient was removed from the clinic.")
    assert user_id not in patient_ids(clinic)
    assert browser.errors() == []


def test_the_button_takes_the_names_that_the_service_takes(browser, sam, clinic):
    """The script and `texts.as_confirmed` agree about every letter and sign of Unicode, alone and between others."""
    signs = [
        one for one in map(chr, range(0x20, 0x30000)) if unicodedata.category(one) not in UNUSED
    ]
    names = [
        *signs,
        *(f"a{one}B" for one in signs),
        "İSTANBUL STRASSE",
        " GRÜN -  WEISS ",
        "ΟΔΟΣ οδος",
    ]
    assert len(names) > 100_000
    browser.log_in("sam", PASSWORD)
    written = []
    for start in range(0, len(names), 20_000):
        of_page = names[start : start + 20_000]
        script = "return arguments[0].map(asConfirmed)"
        written += browser.driver.execute_script(script, of_page)
    pairs = zip(names, written, strict=True)
    differing = [(name, one) for name, one in pairs if texts.as_confirmed(name) != one]
    assert not differing, (len(differing), differing[:20])


@pytest.mark.parametrize(
    ("name", "typed"),
    [("İstanbul Straße", "İSTANBUL STRASSE"), ("Grün-Weiß", "GRÜN-WEISS"), ("Straße", "STRAẞE")],
)
def test_a_name_is_typed_in_capitals(name, typed, browser, sam, clinic):
    patient = make_patient(clinic, fullName=name, birthDate="1984-05-06")
    browser.log_in("sam", PASSWORD)
    browser.open(f"/admin/clinics/{clinic['_id']}/patients/{patient['userId']}/remove")
    button = browser.find("[data-confirms]")
    browser.fill("typed", typed[:-1])
    assert not button.is_enabled()
    browser.fill("typed", typed)
    assert button.is_enabled()
    browser.fill("reason", "T-2")
    button.click()
    browser.wait_for("body", "The patient was removed from the clinic.")


def test_no_data_arrives_until_a_connection_request_is_mailed(
    browser, sam, clinic, dot, mailoutbox
):
    sources = [{"providerName": "dexcom", "state": "error", "modifiedTime": clock.now()}]
    patient = make_patient(
        clinic, userId=dot.user_id, email=dot.email, fullName="Dot Patient", dataSources=sources
    )
    browser.log_in("sam", PASSWORD)
    browser.press_for("/", "quick-search")
    browser.driver.switch_to.active_element.send_keys("dot patient", Keys.ENTER)
    browser.wait_for("h1", "Find")
    browser.click_text("Dot Patient")
    browser.wait_for("#arrivals", "The provider no longer accepts the login")
    browser.click_text("Send request")
    browser.wait_for("#arrivals", "no mail to this address since")
    deliver_all()
    browser.open(f"/admin/clinics/{clinic['_id']}/patients/{patient['userId']}/")
    browser.wait_for("#arrivals", "mail sent")
    assert "link works until" in browser.find("#arrivals").text
    assert mailoutbox[-1].to == [dot.email]
    assert browser.errors() == []


def test_the_dark_theme_is_kept_from_page_to_page(browser, sam, clinic):
    """Violations of the content security policy are found by test_layout.py."""
    browser.log_in("sam", PASSWORD)
    browser.driver.execute_script("localStorage.setItem('adminTheme', '\"dark\"')")
    for page in (f"/admin/clinics/{clinic['_id']}/", "/admin/events/"):
        browser.open(page)
        assert "dark" in browser.find("html").get_attribute("class")
    assert browser.errors() == []


def test_every_control_is_reached_by_keyboard(browser, sam, clinic):
    """Tab reaches every link, button and field of the page's content, and each shows its focus."""
    browser.log_in("sam", PASSWORD)
    browser.open(f"/admin/clinics/{clinic['_id']}/")
    browser.wait_until(lambda _: browser.all(".st-page a"))
    controls = browser.driver.execute_script(
        "return [...document.querySelectorAll('.st-page a, .st-page button, .st-page input')]"
        ".filter(e => e.type !== 'hidden').length"
    )
    reached = set()
    for _ in range(controls + 40):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        element = browser.driver.switch_to.active_element
        if element.find_elements(By.XPATH, "ancestor::*[contains(@class,'st-page')]"):
            reached.add(element.id)
            assert element.value_of_css_property("outline-style") != "none"
    assert len(reached) == controls


def test_chords_lead_to_pages_and_the_question_mark_shows_them(browser, sam, clinic):
    browser.log_in("sam", PASSWORD)
    browser.find("body").send_keys("?")
    browser.wait_for("#keys h2", "Keys")
    shown = {link.get_attribute("data-chord") for link in browser.all("#keys a")}
    assert shown == {"g o", "g c", "g p", "g m", "g r", "g e", "g j", "g w"}  # sam is no auditor
    browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not browser.find("#keys").is_displayed()
    browser.find("body").send_keys("ga")
    assert browser.path == "/admin/"
    for keys, heading in (("gc", "Clinics"), ("gp", "User look-up"), ("ge", "Events")):
        browser.find("body").send_keys(keys)
        browser.wait_for("h1", heading)
    assert browser.errors() == []


def test_keys_that_are_typed_into_a_field_are_text(browser, sam, clinic):
    browser.log_in("sam", PASSWORD)
    browser.press_for("/", "quick-search")
    browser.driver.switch_to.active_element.send_keys("gc?")
    assert browser.find("#quick-search").get_attribute("value").endswith("gc?")
    assert browser.path == "/admin/"
    assert not browser.find("#keys").is_displayed()


def test_a_started_sync_shows_its_progress_until_it_ends(browser, sam, clinic):
    """The page requests the progress itself, without a reload."""
    settings = {"ehrSettings": ehr.SETTINGS, "PreferredBgUnits": "mg/dL"}
    db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": settings})
    for number in range(6):
        ehr.subscribe(ehr.ehr_patient(clinic, mrn=f"QX-{number}", summary=ehr.summary()))
    browser.log_in("sam", PASSWORD)
    browser.open(f"/admin/clinics/{clinic['_id']}/")
    browser.wait_for("#ehr-sync", "6 subscribed")
    browser.click_text("Start a sync…")
    browser.wait_for("li", "6 patients of the clinic are subscribed")
    browser.fill("reason", "T-1")
    browser.click_text("Start the sync")
    browser.wait_for("h1", "Sync of Harbor Diabetes Center")
    browser.wait_for(".st-bar-head", "0\nof 6 patients")
    assert re.fullmatch(
        r"(now|\d+ (second|minute)s? ago) \(20.*\+00:00\)", tooltip_of_time(browser)
    )
    bar = browser.find("[role=progressbar]")
    assert bar.get_attribute("aria-valuenow") == "0"
    states = "[data-part=sends] tbody tr td .st-badge"
    assert [state.text for state in browser.all(states)] == ["pending"] * 6
    deliver_all()
    browser.wait_for(".st-bar-head", "finished")
    assert [state.text for state in browser.all(states)] == ["done"] * 6
    assert browser.find("[role=progressbar]").get_attribute("aria-valuenow") == "6"
    assert "done 6" in browser.find("[data-part=progress] .st-legend").text
    browser.click_text("Deliveries")
    browser.wait_for(".st-table", "kept, not sent")
    browser.driver.find_element(By.XPATH, "//tr[contains(., 'notes')]//a[. = 'Look']").click()
    browser.wait_for("h1", "Notes delivery")
    frame = browser.find("iframe.st-pdf")
    assert frame.rect["height"] > 400
    answered = browser.driver.execute_script(
        "return fetch(arguments[0]).then(r => r.headers.get('Content-Type'))",
        frame.get_attribute("src"),
    )
    assert answered == "application/pdf"
    assert browser.errors() == []


def tooltip_of_time(browser):
    """What the first time of the page says when the pointer is on it."""
    return browser.driver.execute_script(
        "const time = document.querySelector('time.st-time');"
        "time.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));"
        "return time.title"
    )


def test_an_invite_is_sent_again_and_then_revoked(browser, sam, clinic, mailoutbox):
    invited = "invited@example.org"
    browser.log_in("sam", PASSWORD)
    browser.open(f"/admin/clinics/{clinic['_id']}/members/")
    browser.click(f"[aria-label='Send the invite of {invited} again']")
    browser.wait_for("body", "The invite was sent again")
    deliver_all()
    assert [invited] in [mail.to for mail in mailoutbox]

    row = f"//tr[contains(., {invited!r})]"
    browser.driver.find_element(By.XPATH, f"{row}//a[contains(., 'Revoke')]").click()
    button = browser.find("[data-confirms]")
    assert not button.is_enabled()
    browser.fill("typed", invited)
    browser.fill("reason", "TICKET-8")
    button.click()
    browser.wait_for("h1", "Harbor Diabetes Center")
    assert invited not in browser.find(".st-table").text
    browser.click_text("History")
    browser.wait_for(".st-table", "Revoked the invite of a member")
    browser.wait_for(".st-table", "Sent the invite of a member again")
    assert browser.errors() == []


def test_patients_are_enrolled_after_a_dry_run(browser, sam, clinic, settings):
    peer = XealthPeer()
    settings.XEALTH = {**settings.XEALTH, **peer.configuration()}
    connection = {
        **ehr.SETTINGS,
        "provider": "xealth",
        "sourceId": "east",
        "procedureCodes": {"createAccountAndEnableReports": "program-1"},
    }
    change = {"$set": {"ehrSettings": connection}}
    db.collection("clinics").update_one({"_id": clinic["_id"]}, change)
    try:
        browser.log_in("sam", PASSWORD)
        browser.open(f"/admin/clinics/{clinic['_id']}/")
        browser.click_text("Work on many patients")
        browser.fill("limit", "3")
        browser.click_text("Begin the dry run")
        browser.wait_for("h1", "Enrol patients at Xealth")
        browser.wait_for("[data-part=progress]", "looking for patients")
        deliver_all()
        browser.wait_for("[data-part=details]", "Maria Marker")
        assert peer.orders == []
        browser.fill("reason", "TICKET-9")
        browser.click_text("Carry it out")
        browser.wait_for("[data-part=progress]", "0\nof 3 patients")
        deliver_all()
        browser.wait_for("[data-part=progress]", "3\nof 3 patients, 3 done")
        browser.wait_for("[data-part=details]", "Enrolled")
        assert len(peer.orders) == 3
    finally:
        peer.close()
    assert browser.errors() == []
