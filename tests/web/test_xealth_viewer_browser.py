"""The viewer of reports in a real browser, with the console and the network watched (rules EHR-203 to EHR-216)."""

import io
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from kernel import clock, db
from tests.admin import browser as chromium
from tests.admin import layout
from tests.viewer import new_token, page_address, pdf_address, subscribed_patient
from tests.xealth import NAME, xealth_clinic
from xealth.services import reports

pytestmark = [pytest.mark.browser, chromium.NEEDS_CHROMIUM]
SIZES = {"wide": (1280, 900), "narrow": (320, 640)}
TEXT = "#viewer .textLayer span"


@pytest.fixture(scope="module")
def site(django_db_setup):
    running_site = chromium.Site()
    yield running_site
    running_site.stop()


@pytest.fixture(scope="module")
def chrome(site):
    started = chromium.Browser(site, notes_requests=True)
    yield started
    started.quit()


@pytest.fixture
def browser(chrome):
    chrome.set_size(*SIZES["wide"])
    chrome.driver.get("about:blank")
    chrome.complaints()
    chrome.requests()
    return chrome


@pytest.fixture
def patient():
    return subscribed_patient(xealth_clinic())


def wait_until(browser, condition):
    browser.wait_until(lambda _: condition())


def open_report(browser, patient):
    browser.open(page_address(patient))
    browser.wait_for(TEXT, NAME)
    wait_until(browser, lambda: not browser.find("#report-loading").is_displayed())


def keep_picture(browser, name):
    if layout.PICTURES:
        browser.keep_picture(Path(layout.PICTURES) / f"report.{name}.png")


def colors_of_canvas(browser):
    """How many colors the drawn page has."""
    picture = Image.open(io.BytesIO(browser.find("#viewer canvas").screenshot_as_png))
    return len(picture.convert("RGB").getcolors(maxcolors=2**24))


def script(browser, source, *values):
    return browser.driver.execute_script(source, *values)


def assert_is_shown(browser, width):
    """Drawn, and as text for screen readers; nothing beyond the edges; no state in front of it."""
    assert colors_of_canvas(browser) > 20
    assert browser.find("#viewer .page").rect["width"] <= width
    assert script(browser, "return document.documentElement.scrollWidth") <= width
    for state in ("loading", "expired", "failed"):
        assert not browser.find(f"#report-{state}").is_displayed()


@pytest.mark.walk
def test_the_report_is_shown_and_printed_within_the_policy_and_without_other_hosts(
    browser, patient
):
    open_report(browser, patient)
    keep_picture(browser, "wide")
    assert_is_shown(browser, SIZES["wide"][0])
    assert script(browser, "return window.PDF_URL").startswith("/v1/xealth/report/clinics/")
    for role in ("heading", "columnheader"):  # what the tags of the PDF are for screen readers
        assert browser.all(f"#viewer .structTree [role={role}]")
    script(browser, "window.print = () => { window.wasPrinted = true; }")
    browser.click("#printButton")
    wait_until(browser, lambda: script(browser, "return window.wasPrinted"))
    assert browser.errors() == []
    requested = browser.requests()
    assert any("pdf.worker.mjs" in address for address in requested)
    hosts = (browser.site.url, "blob:", "data:", "about:")
    assert [address for address in requested if not address.startswith(hosts)] == []


@pytest.mark.walk
def test_a_small_screen_shows_the_report_and_a_menu_with_print_and_download(browser, patient):
    width = SIZES["narrow"][0]
    browser.set_size(*SIZES["narrow"])
    open_report(browser, patient)
    keep_picture(browser, "narrow")
    assert_is_shown(browser, width)
    menu = browser.find("#secondaryToolbarToggleButton")
    assert menu.rect["x"] + menu.rect["width"] <= width
    menu.click()
    keep_picture(browser, "narrow.menu")
    for name in ("#secondaryPrint", "#secondaryDownload"):
        assert browser.find(name).is_displayed()
    assert not browser.find("#secondaryOpenFile").is_displayed()


def test_the_report_of_the_report_service_is_shown(browser, patient, settings):
    """With the headers and the many pages of that service, at the host of the page."""
    settings.EXPORT_ADDRESS = "http://127.0.0.1:9"
    settings.APPLICATION_URL = browser.site.url
    with report_service(browser.site, pages=12) as requested:
        browser.open(page_address(patient))
        browser.wait_for(TEXT, "Page 1 of 12")
        browser.find("#viewerContainer").send_keys(Keys.END)
        browser.wait_for(TEXT, "Page 12 of 12")
    ((path, query),) = requested
    assert path == f"/export/report/{patient['userId']}"
    assert parse_qs(query)["fullName"] == [NAME]
    assert browser.errors() == []


@contextmanager
def report_service(site, *, pages):
    """In front of the site, as the gateway of a deployment is; notes what it is asked."""
    document, requested, application = io.BytesIO(), [], site.server.get_app()
    canvas = Canvas(document)
    for number in range(1, pages + 1):
        canvas.drawString(100, 700, f"Page {number} of {pages}")
        canvas.showPage()
    canvas.save()

    def answer(environ, start_response):
        if not environ["PATH_INFO"].startswith("/export/"):
            return application(environ, start_response)
        requested.append((environ["PATH_INFO"], environ["QUERY_STRING"]))
        disposition = ("Content-Disposition", 'attachment: filename="report.pdf"')
        start_response("200 OK", [("Content-Type", "application/octet-stream"), disposition])
        return [document.getvalue()]

    site.server.set_app(answer)
    try:
        yield requested
    finally:
        site.server.set_app(application)


@pytest.mark.walk
def test_every_control_is_reached_by_keyboard_and_has_a_name(browser, patient):
    open_report(browser, patient)
    names = {}
    for _ in range(24):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        element = browser.driver.switch_to.active_element
        names[element.get_attribute("id")] = element.accessible_name
    controls = {"viewFindButton", "pageNumber", "zoomInButton", "printButton", "downloadButton"}
    assert controls <= names.keys()
    assert all(names[control] for control in controls)


def test_no_other_file_is_opened_and_nothing_stays_in_the_browser(browser, patient):
    browser.open(page_address(patient, File="/schema"))
    browser.wait_for(TEXT, NAME)
    assert not any("/schema" in address for address in browser.requests()[1:])
    assert "File" not in browser.path
    script(browser, "PDFViewerApplication.zoomIn()")
    browser.open("/live")
    stored = "return [localStorage.length, sessionStorage.length, document.cookie]"
    assert script(browser, stored) == [0, 0, ""]


class TestRefusals:
    def refusal(self, browser, patient, token_id):
        browser.open(page_address(patient, restricted_token=token_id))
        assert browser.all("#viewer") == []
        return browser.find("main").text

    def test_an_expired_token_is_refused_in_words(self, browser, patient):
        token_id = new_token(patient)
        past = {"$set": {"expirationTime": clock.now()}}
        db.collection("accountRestrictedTokens").update_one({"_id": token_id}, past)
        text = self.refusal(browser, patient, token_id)
        assert "open the report again" in text
        assert "invalid or expired token" in text
        keep_picture(browser, "refused")

    def test_a_token_of_another_patient_is_refused(self, browser, patient):
        other = subscribed_patient(xealth_clinic(sourceId="hilltown"), fullName="Ida Else")
        assert "invalid or expired token" in self.refusal(browser, patient, new_token(other))

    def test_a_pdf_whose_link_expires_meanwhile_is_explained(self, browser, patient, monkeypatch):
        stale = pdf_address(patient, "0" * 32)
        monkeypatch.setattr(reports, "address", lambda *_: stale)
        browser.open(page_address(patient))
        browser.wait_for("#report-expired", "This link has expired")
        assert browser.find("#report-expired").aria_role == "alert"
        assert not browser.find("#report-loading").is_displayed()
        keep_picture(browser, "expired")
        element = browser.driver.switch_to.active_element
        for _ in range(3):
            element.send_keys(Keys.TAB)
            element = browser.driver.switch_to.active_element
            assert element.find_elements(By.XPATH, "ancestor::*[@id='outerContainer']") == []

    def test_a_pdf_that_cannot_be_drawn_is_explained_and_tried_again(
        self, browser, patient, monkeypatch
    ):
        monkeypatch.setattr(reports, "draw", lambda _: 1 / 0)
        browser.open(page_address(patient))
        browser.wait_for("#report-failed", "could not be loaded")
        keep_picture(browser, "failed")
        monkeypatch.undo()
        browser.click("#report-again")
        browser.wait_for(TEXT, NAME)


class TestFrames:
    def frame(self, browser, host, address):
        """Show the page in a frame of another page."""
        browser.driver.get(browser.site.url.replace("127.0.0.1", host) + "/live")
        source = """
            const frame = document.createElement("iframe");
            frame.style.cssText = "width: 900px; height: 700px";
            frame.src = arguments[0];
            document.body.append(frame);
        """
        script(browser, source, browser.site.url + address)
        browser.driver.switch_to.frame(0)

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_an_allowed_page_shows_it(self, browser, patient, settings, host):
        """Also one of the same origin, in which pdf.js announces itself."""
        ancestors = ["'self'", "http://localhost:*"]
        settings.XEALTH = {**settings.XEALTH, "frame_ancestors": ancestors}
        self.frame(browser, host, page_address(patient))
        browser.wait_for(TEXT, NAME)
        browser.driver.switch_to.default_content()
        assert [text for text in browser.errors() if "favicon" not in text] == []

    def test_any_other_page_does_not(self, browser, patient):
        self.frame(browser, "localhost", page_address(patient))
        wait_until(browser, lambda: any("frame-ancestors" in text for text in browser.complaints()))
        assert browser.all("#viewer") == []
        browser.driver.switch_to.default_content()
