"""What is wrong with a page on a laptop and on a phone: cut off, pushed out of the window, broken over many lines.

With STAFF_PICTURES=<folder> pictures of the pages are kept there, to be looked at.
"""

import os
import re
from pathlib import Path

SCREENS = {"laptop": (1280, 800), "phone": (390, 844)}
SCRIPT = Path(__file__).with_name("layout.js").read_text()
PICTURES = os.environ.get("STAFF_PICTURES")


def faults(browser):
    """The faults of the open page, a sentence for each."""
    path = browser.path
    found = []
    for screen, size in SCREENS.items():
        browser.set_size(*size)
        wrong = browser.driver.execute_async_script(SCRIPT)
        found += [f"{screen} {path}: {sentence}" for sentence in wrong]
        if PICTURES:
            name = re.sub(r"\W+", "-", path.removeprefix("/admin/")) or "index"
            browser.keep_picture(Path(PICTURES) / f"{name}.{screen}.png")
    return found
