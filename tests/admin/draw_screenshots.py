"""`make screenshots` runs this file, which is not among the tests: its name does not begin with test_.

SCREENSHOTS is the folder of all pictures.
"""

import os
from base64 import b64decode
from pathlib import Path

import pytest

from clinics_site.management.commands import seed_demo
from scripts import local
from tests.admin import browser as chromium
from tests.admin import screenshots
from tests.admin.conftest import PASSWORD
from tests.admin.shown_data import ShownData

pytestmark = [pytest.mark.browser, pytest.mark.foreign_documents, pytest.mark.foreign_writes]
FOLDER = Path(os.environ.get("SCREENSHOTS") or local.LOCAL / "screenshots")
ORDERS = 6
QUALITY = 72
LOWEST = 560  # pixels
END_OF_CONTENT = "return document.getElementById('content').getBoundingClientRect().bottom"
SETTLED = """
const [theme, answer] = arguments;
document.documentElement.classList.toggle("dark", theme === "dark");
const still = new CSSStyleSheet();
still.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important; caret-color: transparent !important; }");
document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
document.fonts.ready.then(() => requestAnimationFrame(() => requestAnimationFrame(answer)));
"""


@pytest.mark.timeout(900)
def test_draw(django_db_setup, monkeypatch):
    monkeypatch.setattr(seed_demo, "SUBSCRIBED", ORDERS)
    values = ShownData().values
    FOLDER.mkdir(parents=True, exist_ok=True)
    site = chromium.Site()
    browser = chromium.Browser(site)
    try:
        browser.driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
        browser.log_in("sam", PASSWORD)
        for picture in screenshots.PICTURES:
            draw(browser, picture, values)
    finally:
        browser.quit()
        site.stop()
    screenshots.keep(FOLDER)


def draw(browser, picture, values):
    browser.set_size(*screenshots.SCREENS["laptop"])
    browser.open(picture.path.format(**values))
    for name, value in picture.fields.items():
        browser.fill(name, value.format(**values))
    if picture.click:
        browser.click(picture.click)
    for name, (screen, theme) in picture.files.items():
        fit(browser, *screenshots.SCREENS[screen])
        browser.driver.execute_async_script(SETTLED, theme)
        (FOLDER / name).write_bytes(shot(browser))


def fit(browser, width, height):
    """A window as high as the page, within limits."""
    browser.set_size(width, LOWEST)
    end = browser.driver.execute_script(END_OF_CONTENT)
    browser.set_size(width, int(min(max(end, LOWEST), height)))


def shot(browser):
    options = {"format": "webp", "quality": QUALITY}
    return b64decode(browser.driver.execute_cdp_cmd("Page.captureScreenshot", options)["data"])
