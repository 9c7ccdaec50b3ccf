"""A real browser on the real pages: the site in a thread of this process, Chromium without a window."""

import json
import os
import shutil
import threading
import time
from base64 import b64decode
from contextlib import contextmanager

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.ui import WebDriverWait

from tests import pace

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
TIMEOUT = 15  # seconds, on a free machine
SCRIPT_TIMEOUT = 30  # the same, for what is asked of a page
# With BROWSER_REQUIRED a machine without a browser fails, so that a green run has tried the pages.
NEEDS_CHROMIUM = pytest.mark.skipif(
    not (CHROMIUM and DRIVER) and not os.environ.get("BROWSER_REQUIRED"),
    reason="no Chromium: sudo apt-get install chromium chromium-driver",
)


# As the form of a page sends it. The token is the open page's own.
SEND = """
const [action, sent] = arguments;
const { csrfmiddlewaretoken, ...others } = sent;
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
const form = Object.assign(document.createElement("form"), { method: "post", action, enctype: "multipart/form-data" });
for (const [name, value] of Object.entries({ ...others, csrfmiddlewaretoken: token })) {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
}
document.body.append(form);
HTMLFormElement.prototype.submit.call(form);  // by the prototype: a field may have the name "submit"
"""


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


class Site:
    """The whole service, on a free port of this machine."""

    def __init__(self):
        self.server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
        self.server.set_app(get_wsgi_application())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Browser:
    """`notes_requests`: what the pages request can be read with `requests`."""

    def __init__(self, site, *, notes_requests=False):
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for argument in (
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--window-size=1400,1000",
        ):
            options.add_argument(argument)
        logs = ["browser", "performance"] if notes_requests else ["browser"]
        options.set_capability("goog:loggingPrefs", dict.fromkeys(logs, "ALL"))
        self.driver = webdriver.Chrome(options=options, service=Service(DRIVER))
        self.driver.set_script_timeout(SCRIPT_TIMEOUT * pace.SLOWEST)
        self.refuse_downloads()
        self.site = site

    def forget(self):
        """Leave nothing that a browser which was just started does not have, but for the files of the pages in its cache:
        starting one takes as long as a short test."""
        self.driver.get("about:blank")
        first, *others = self.driver.window_handles
        for window in others:
            self.driver.switch_to.window(window)
            self.driver.close()
        self.driver.switch_to.window(first)
        everything = {"origin": self.site.url, "storageTypes": "all"}
        self.driver.execute_cdp_cmd("Storage.clearDataForOrigin", everything)
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        self.refuse_downloads()
        self.complaints()

    def refuse_downloads(self):
        """They would be stored in the home folder of the person who runs the tests."""
        self.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "deny"})

    def keep_downloads(self, folder):
        options = {"behavior": "allow", "downloadPath": str(folder)}
        self.driver.execute_cdp_cmd("Browser.setDownloadBehavior", options)

    @contextmanager
    def another_person(self):
        """Meanwhile `self` is a window of someone else: under another name of the machine, whose cookies are others."""
        window, url = self.driver.current_window_handle, self.site.url
        self.driver.switch_to.new_window("window")
        self.site.url = url.replace("127.0.0.1", "localhost")
        try:
            yield
        finally:
            self.site.url = url
            self.driver.close()
            self.driver.switch_to.window(window)

    def open(self, path):
        self.driver.get(self.site.url + path)

    def wait_until(self, condition, message="", every=0.05):
        """Until `condition(driver)` is true; longer on a slow machine."""
        limit = TIMEOUT * max(pace.slowness(pace.ROUGHLY), pace.LATER)
        WebDriverWait(self.driver, limit, every).until(condition, message)

    def log_in(self, name, password):
        self.open("/admin/")
        self.fill("username", name)
        self.fill("password", password)
        self.click("#login-form button[type=submit]")
        self.wait_for("h1", "Overview")

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def fill(self, name, value):
        field = self.find(f"[name={name}]:not([type=hidden])")
        field.clear()
        field.send_keys(value)

    def click(self, selector):
        self.find(selector).click()

    def send(self, action, fields):
        """Sends exactly these fields from the open page, which need not be the one with their form: opening that one takes
        half of the time."""
        page = self.find("html")
        self.driver.execute_script(SEND, action, fields)
        self.wait_until(expected_conditions.staleness_of(page))

    def press_for(self, key, field_id):
        """Press a shortcut until it moves the cursor into the field: the page's script may still be loading."""

        def is_focused(driver):
            if driver.switch_to.active_element.get_attribute("id") == field_id:
                return True
            self.find("body").send_keys(key)
            return False

        self.wait_until(is_focused, f"{key} does not lead to {field_id}", every=0.5)

    def click_text(self, text):
        xpath = f"//*[self::a or self::button][contains(normalize-space(.), {text!r})]"
        self.driver.find_element(By.XPATH, xpath).click()

    def wait_for(self, selector, text):
        def is_there(_):
            try:
                return any(text in element.text for element in self.all(selector))
            except Exception:  # noqa: BLE001 (the page changes while it is read)
                return False

        try:
            self.wait_until(is_there, f"no {selector} with {text!r}")
        except TimeoutException as error:
            error.msg += f" at {self.path}: {self.find('body').text[-1500:]}"
            raise

    @property
    def path(self):
        return self.driver.current_url.removeprefix(self.site.url)

    def set_size(self, width, height):
        """Show the page as on a screen of that size."""
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)

    def keep_picture(self, path):
        """Save a picture of the whole page, including the part below the screen."""
        options = {"captureBeyondViewport": True}
        screenshot = self.driver.execute_cdp_cmd("Page.captureScreenshot", options)
        path.write_bytes(b64decode(screenshot["data"]))

    def errors(self):
        """Errors and warnings of the console, violations of the content security policy included."""
        time.sleep(0.2)
        return self.complaints()

    def complaints(self):
        entries = self.driver.get_log("browser")
        return [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self):
        """The addresses that were requested since the last call, by workers too."""
        entries = [json.loads(entry["message"]) for entry in self.driver.get_log("performance")]
        return [
            entry["message"]["params"]["request"]["url"]
            for entry in entries
            if entry["message"]["method"] == "Network.requestWillBeSent"
        ]

    def quit(self):
        self.driver.quit()
