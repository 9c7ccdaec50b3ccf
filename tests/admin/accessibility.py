"""What axe-core finds on a page, light and dark: https://dequeuniversity.com/rules/axe/ explains each rule.

The script is evaluated by the driver, which the content security policy of the pages does not concern.
"""

import json
from importlib.resources import files
from pathlib import Path

# Rules of a lesser impact that are not asked, and why. Whatever is serious or critical is asked.
EXCUSED = {
    "region": "messages, and the header of Django's own pages, are outside of landmarks in Unfold's frame",
    "landmark-unique": "simplebar gives each box that it scrolls one name: two in Unfold's navigation",
}
AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
LOOK = Path(__file__).with_name("accessibility.js").read_text()
SCRIPT = f"{AXE}\nconst excused = {json.dumps(list(EXCUSED))};\n{LOOK}"


def faults(browser):
    """A sentence for each finding on the open page, in a window as wide as a laptop's."""
    browser.set_size(1280, 800)
    findings = browser.driver.execute_async_script(SCRIPT)
    return [sentence(browser.path, found) for found in findings]


def sentence(path, found):
    where = f"{found['element']} {found['html']}"
    return f"{path} ({found['theme']}): {found['impact']} {found['rule']}: {where}: {found['text']}"
