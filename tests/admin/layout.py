"""Layout faults of a page on a laptop and on a phone: cut off, outside the window, broken over many lines.

With STAFF_PICTURES=<folder> pictures of the pages are saved there, to be viewed.
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
    sentences = []
    for screen, size in SCREENS.items():
        browser.set_size(*size)
        screen_faults = browser.driver.execute_async_script(SCRIPT)
        sentences += [f"{screen} {path}: {sentence}" for sentence in screen_faults]
        if PICTURES:
            name = re.sub(r"\W+", "-", path.removeprefix("/admin/")) or "index"
            browser.keep_picture(Path(PICTURES) / f"{name}.{screen}.png")
    return sentences
