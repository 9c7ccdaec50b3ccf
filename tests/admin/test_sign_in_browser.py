"""Setting a second factor up and logging in with it, in a real browser with the console watched."""

import pytest

from kernel.staff.sign_in import factors, store
from tests.admin import browser as chromium
from tests.admin import layout
from tests.admin.conftest import PASSWORD
from tests.admin.sign_in import Phone, make_staff

pytestmark = [pytest.mark.browser, chromium.NEEDS_CHROMIUM]


@pytest.fixture
def browser(django_db_setup):
    site = chromium.Site()
    chrome = chromium.Browser(site)
    yield chrome
    chrome.quit()
    site.stop()


def give_password(browser):
    browser.open("/admin/")
    browser.fill("username", "sam")
    browser.fill("password", PASSWORD)
    browser.click("#login-form button[type=submit]")


def give_code(browser, phone):
    """The present code, or the next one where the present one is used up."""
    browser.fill("code", phone.code(max(phone.last + 1, phone.now)))
    browser.click("#code-form .st-primary")


def test_a_required_factor_is_set_up_and_used_to_log_in(browser, settings):
    """The QR code is large enough to scan; the policy allows copying and downloading the recovery codes."""
    settings.STAFF_SECOND_FACTOR = "required"
    sam = make_staff("sam", "support")
    give_password(browser)
    browser.wait_for("h1", "Set up a second factor")
    assert browser.find(".st-qr svg").rect["width"] > 100
    assert layout.faults(browser) == []
    phone = Phone(factors.base64.b32decode(browser.find("#secret").text.replace(" ", "")))
    give_code(browser, phone)
    browser.wait_for("h1", "Recovery codes")
    assert len(browser.find("#recovery-codes").text.split()) == 10
    assert layout.faults(browser) == []
    browser.click("[data-download-from]")
    browser.click_text("continue")
    browser.wait_for("h1", "Overview")
    assert factors.is_set_up(store.find_factor(sam.pk))
    browser.driver.delete_all_cookies()
    give_password(browser)
    browser.wait_for("h1", "Second step")
    assert layout.faults(browser) == []
    browser.open("/admin/clinics/")
    assert "/admin/login/" in browser.driver.current_url
    browser.open("/admin/login/code/")
    give_code(browser, phone)
    browser.wait_for("h1", "Overview")
    browser.open("/admin/sign-in/")
    browser.wait_for(".st-facts", "Recovery codes left")
    assert layout.faults(browser) == []
    browser.open("/admin/sign-in/set-up")
    browser.wait_for("h1", "Set up a second factor")
    assert browser.find(".st-qr svg").rect["width"] > 100
    assert browser.errors() == []
