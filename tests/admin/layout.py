"""Layout faults of a page on a laptop, on a phone and on paper: cut off, outside the window, broken over many lines.

With STAFF_PICTURES=<folder> pictures of the pages are saved there, to be viewed.
"""

import os
import re
from pathlib import Path

# The laptop last: what axe finds is asked in such a window, and each change of the size draws the page again.
SCREENS = {"phone": (390, 844), "laptop": (1280, 800)}
SCRIPT = Path(__file__).with_name("layout.js").read_text()
PAPER = Path(__file__).with_name("paper.js").read_text()
PAPER_WIDTH = 688  # of A4 between the margins of admin.css, at 96 dots in an inch
PICTURES = os.environ.get("STAFF_PICTURES")


def faults_on_paper(browser):
    """What is wrong with the open page when it is printed, a sentence for each."""
    browser.set_size(PAPER_WIDTH, 1000)
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        found = browser.driver.execute_script(PAPER)
        if PICTURES:
            browser.keep_picture(Path(PICTURES) / f"{_file_name(browser.path)}.paper.png")
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    return [f"on paper {browser.path}: {sentence}" for sentence in found]


def faults(browser):
    """The faults of the open page, a sentence for each."""
    path = browser.path
    sentences = []
    for screen, size in SCREENS.items():
        browser.set_size(*size)
        screen_faults = browser.driver.execute_async_script(SCRIPT)
        sentences += [f"{screen} {path}: {sentence}" for sentence in screen_faults]
        if PICTURES:
            browser.keep_picture(Path(PICTURES) / f"{_file_name(path)}.{screen}.png")
    return sentences


def _file_name(path):
    return re.sub(r"\W+", "-", path.removeprefix("/admin/"))[-200:] or "index"
