"""Tickets from their beginning to their end in a real browser, with the console watched: what a person does is typed,
pressed and read. Shorter ones are in test_browser.py."""

import openpyxl
import pytest
from django.contrib.auth.models import Group, User
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from kernel import db
from kernel.staff.sign_in import factors, store
from tests import merges
from tests.admin import browser as chromium
from tests.admin import layout
from tests.admin.conftest import PASSWORD, events, patient_ids, stored
from tests.admin.sign_in import Phone, make_staff, with_factor
from tests.events import deliver_all
from tests.merges import Maker

pytestmark = [pytest.mark.walk, pytest.mark.browser, chromium.NEEDS_CHROMIUM]
MOST_TABS = 150


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
    return make_staff("sam", *Group.objects.exclude(name="auditor").values_list("name", flat=True))


def press(browser, *keys):
    browser.driver.switch_to.active_element.send_keys(*keys)


def search(browser, words):
    """In the list that the page has, not in all."""
    browser.find(".st-page input[name=q]").send_keys(Keys.CONTROL, "a")
    browser.find(".st-page input[name=q]").send_keys(words, Keys.ENTER)


def tab_to(browser, name):
    """Tab until the control with this name has the focus."""
    for _ in range(MOST_TABS):
        press(browser, Keys.TAB)
        if name in browser.driver.switch_to.active_element.accessible_name:
            return
    message = f"Tab does not lead to {name!r}"
    raise AssertionError(message)


def follow(browser, name, heading):
    """Tab to a link or a button and press it; the page that comes has this heading."""
    tab_to(browser, name)
    press(browser, Keys.ENTER)
    browser.wait_for("h1", heading)


def test_a_clinic_that_cannot_add_patients_gets_a_higher_limit_by_keyboard_alone(
    browser, sam, clinic, ada
):
    """From the answer 402 to the patient who is created."""
    db.collection("clinics").update_one(
        {"_id": clinic["_id"]}, {"$set": {"patientCountSettings": {"hardLimit": {"plan": 3}}}}
    )
    patients = f"/v1/clinics/{clinic['_id']}/patients"
    newcomer = {"fullName": "Nia Newcomer", "birthDate": "1990-01-02", "mrn": "MRN-9"}
    assert ada.api.post(patients, newcomer).status_code == 402

    browser.open("/admin/")
    tab_to(browser, "Username")
    press(browser, "sam", Keys.TAB, PASSWORD, Keys.ENTER)
    browser.wait_for("h1", "Overview")
    browser.press_for("/", "quick-search")
    press(browser, "harbor", Keys.ENTER)
    browser.wait_for("h1", "Find")
    follow(browser, "Harbor Diabetes Center", "Harbor Diabetes Center")
    browser.wait_for(".st-bar-head", "of 3 plan patients\nat the limit")
    tab_to(browser, "Refresh the count")
    press(browser, Keys.ENTER)
    browser.wait_for("body", "counted again")
    follow(browser, "Change Patient limits", "Patient limits")
    tab_to(browser, "Patients")
    assert browser.driver.switch_to.active_element.get_attribute("name") == "hard_plan"
    press(browser, Keys.CONTROL, "a")
    press(browser, "4", Keys.ENTER)
    browser.wait_for(".st-difference", "3")
    browser.wait_until(lambda driver: driver.switch_to.active_element == browser.find("#id_reason"))
    press(browser, "TICKET-1", Keys.ENTER)
    browser.wait_for(".st-bar-head", "of 4 plan patients")
    follow(browser, "History", "Harbor Diabetes Center")
    browser.wait_for(".st-table", "Changed the patient limits")

    assert ada.api.post(patients, newcomer).status_code == 200
    assert events(action="clinic.limits_changed")[-1]["reason"] == "TICKET-1"
    assert browser.errors() == []


def give_password(browser, name):
    browser.open("/admin/")
    browser.fill("username", name)
    browser.fill("password", PASSWORD)
    browser.click("#login-form button[type=submit]")


def give_code(browser, phone):
    """The present code, or the next one where the present one is used up."""
    browser.fill("code", phone.code(max(phone.last + 1, phone.now)))
    browser.click("#code-form .st-primary")


def log_out(browser):
    browser.set_size(*layout.SCREENS["laptop"])
    browser.click(".st-account")
    browser.wait_until(lambda _: browser.find("#logout-form button").is_displayed())
    browser.click("#logout-form button")
    browser.wait_for("body", "You are logged out here.")


def add_colleague(browser, name):
    browser.click_text("Staff accounts")
    browser.wait_for("h1", "Staff accounts")
    browser.click_text("Add a staff account")
    browser.wait_for("h1", "Add a staff account")
    browser.fill("username", name)
    browser.fill("password1", PASSWORD)
    browser.fill("password2", PASSWORD)
    browser.fill("email", f"{name}@example.org")
    Select(browser.find("[name=groups]")).select_by_visible_text("support")
    browser.click_text("Save")
    browser.wait_for("h1", name)


def set_up_factor(browser):
    """With the app that is returned. The codes can be copied and kept as a file."""
    browser.wait_for("h1", "Set up a second factor")
    assert browser.find(".st-qr svg").rect["width"] > 100  # large enough to scan
    assert layout.faults(browser) == []
    phone = Phone(factors.base64.b32decode(browser.find("#secret").text.replace(" ", "")))
    give_code(browser, phone)
    browser.wait_for("h1", "Recovery codes")
    assert len(browser.find("#recovery-codes").text.split()) == 10
    assert layout.faults(browser) == []
    browser.click("[data-download-from]")
    browser.click_text("continue")
    browser.wait_for("h1", "Overview")
    return phone


def test_a_colleague_is_added_and_signs_in_with_a_second_factor(browser, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    root_phone, _ = with_factor(make_staff("root", is_superuser=True))
    give_password(browser, "root")
    browser.wait_for("h1", "Second step")
    give_code(browser, root_phone)
    browser.wait_for("h1", "Overview")
    add_colleague(browser, "noor")
    log_out(browser)

    give_password(browser, "noor")
    phone = set_up_factor(browser)
    assert factors.is_set_up(store.find_factor(User.objects.get(username="noor").pk))
    log_out(browser)

    give_password(browser, "noor")
    browser.wait_for("h1", "Second step")
    assert layout.faults(browser) == []
    browser.open("/admin/clinics/")
    assert "/admin/login/" in browser.driver.current_url  # the password alone opens nothing
    browser.open("/admin/login/code/")
    give_code(browser, phone)
    browser.wait_for("h1", "Overview")
    for path, shown in (
        ("sign-in/", "Recovery codes left"),
        ("sign-in/set-up", "Another phone instead of the present one"),
    ):
        browser.open(f"/admin/{path}")
        browser.wait_for(".st-page", shown)
    assert browser.errors() == []


def test_a_list_of_patients_becomes_a_workbook_that_is_fetched_once(browser, sam, clinic, tmp_path):
    browser.keep_downloads(tmp_path)
    browser.log_in("sam", PASSWORD)
    browser.open(f"/admin/clinics/{clinic['_id']}/")
    browser.click_text("Patients")
    search(browser, "MRN-1")
    browser.wait_for(".st-paging", "of 1")
    browser.click_text("Export")
    browser.wait_for("h1", "Export patients")
    browser.wait_for(".st-facts", "MRN-1")
    browser.fill("reason", "TICKET-2")
    browser.click_text("Begin the export")
    browser.wait_for("[data-part=progress]", "TICKET-2")
    deliver_all()
    browser.wait_for("[data-part=progress]", "1\nof 1")
    browser.click_text("Fetch the file")
    browser.wait_until(lambda _: list(tmp_path.glob("*.xlsx")), "no file")
    (file,) = tmp_path.glob("*.xlsx")
    header, row = openpyxl.load_workbook(file).active.iter_rows()
    exported = {title.value: cell for title, cell in zip(header, row, strict=True)}
    assert exported["MRN"].value == "MRN-1"
    assert exported["name"].value == "=cmd|' /C calc'!A0"
    assert exported["name"].data_type != "f"  # a text
    browser.wait_for("[data-part=change]", "The file was fetched")
    assert browser.errors() == []


def test_two_clinics_are_merged_from_the_choice_to_the_result(browser, sam, monkeypatch):
    merges.without_waiting(monkeypatch)
    source, target = Maker(1).pair()
    browser.log_in("sam", PASSWORD)
    browser.click_text("Merges")
    browser.click_text("Merge two clinics")
    for side, name in (("source", "Lakeside"), ("target", "Hillside")):
        browser.fill(side, f"{name[:5]}{Keys.ENTER}")
        browser.wait_for("h1", "Merge two clinics")
        browser.click(f"[aria-label^='Choose {name}']")
    browser.click_text("See what would happen")
    browser.wait_for(".st-note", "This merge can run.")
    button = browser.find("[data-confirms]")
    browser.fill("typed_source", source["name"])
    assert not button.is_enabled()
    browser.fill("typed_target", target["name"])
    browser.fill("reason", "TICKET-3")
    button.click()
    browser.wait_for("[data-part=facts]", "TICKET-3")
    expected = {*patient_ids(source), *patient_ids(target)}
    deliver_all()
    browser.wait_for("[data-part=result]", "Lakeside is part of Hillside now.")
    browser.driver.find_element(By.LINK_TEXT, "Hillside").click()
    browser.wait_for("h1", "Hillside")
    browser.click_text("History")
    browser.wait_for(".st-table", "TICKET-3")
    assert stored(source) is None
    assert set(patient_ids(target)) == expected
    assert browser.errors() == []


def test_of_two_who_edit_a_setting_the_second_reads_what_the_first_saved(browser, sam, clinic):
    make_staff("kim", "configuration")
    limits = f"/admin/clinics/{clinic['_id']}/settings/limits"

    def review(plan):
        browser.fill("hard_plan", plan)
        browser.click_text("Review changes")

    def save(plan, reason):
        review(plan)
        browser.wait_for(".st-difference", plan)
        browser.fill("reason", reason)
        browser.click_text("Save")

    browser.log_in("sam", PASSWORD)
    browser.open(limits)
    with browser.another_person():
        browser.log_in("kim", PASSWORD)
        browser.open(limits)
        save("40", "TICKET-4")
        browser.wait_for(".st-bar-head", "of 40 plan patients")
    review("300")
    browser.wait_for("body", "Someone changed this meanwhile")
    assert browser.find("[name=hard_plan]").get_attribute("value") == "40"
    assert stored(clinic)["patientCountSettings"]["hardLimit"]["plan"] == 40
    save("300", "TICKET-5")
    browser.wait_for(".st-bar-head", "of 300 plan patients")
    browser.click_text("History")
    table = browser.find(".st-table").text
    assert table.index("TICKET-5") < table.index("TICKET-4")
    assert browser.errors() == []


def test_a_viewer_sees_a_clinic_and_none_of_its_patients(browser, clinic):
    make_staff("vera", "viewer")
    patient = patient_ids(clinic)[0]
    browser.log_in("vera", PASSWORD)
    browser.press_for("/", "quick-search")
    press(browser, "Maria Marker", Keys.ENTER)
    browser.wait_for("body", "Nothing found")
    browser.wait_for("body", "Your role does not show patients, so they are not searched.")
    search(browser, "harbor")
    browser.wait_for(".st-table", "Harbor Diabetes Center")
    browser.click_text("Harbor Diabetes Center")
    browser.click("[aria-label='Copy share code']")
    browser.wait_for("[aria-label='Copy share code']", "check")
    tabs = [tab.text for tab in browser.all(".st-tab")]
    assert "Members" in tabs
    assert not [tab for tab in tabs if "atients" in tab]
    browser.click_text("Members")
    browser.wait_for(".st-table", "Ben Member")
    assert "ben@" not in browser.find(".st-table").text
    assert browser.errors() == []

    browser.open(f"/admin/clinics/{clinic['_id']}/patients/{patient}/")
    browser.wait_for("h1", "Not allowed")
    assert "Maria" not in browser.find("body").text
    browser.click_text("Back to the overview")
    browser.wait_for("h1", "Overview")
    (denied,) = events(outcome="denied")
    assert denied["actor"]["name"] == "vera"
    assert patient in denied["object"]["id"]
