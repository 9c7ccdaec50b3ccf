"""Rules and citations agree: every cited id is one row of one page of docs/behaviour, with its own anchor."""

import re
from collections import Counter
from pathlib import Path

import pytest

from scripts import local

BEHAVIOUR = local.BASE / "docs" / "behaviour"
PAGES = sorted(page for page in BEHAVIOUR.glob("*.md") if page.name != "README.md")
PREFIXES = ("ACCOUNT", "CLINIC", "PATIENT", "CONFIRM", "EHR", "MAIL", "MERGE")
ID = rf"(?:{'|'.join(PREFIXES)})-[0-9]+"
ROW = re.compile(rf'\| <a id="([^"]+)"></a>({ID}) \|')
CITED = re.compile(rf"\b{ID}\b")
LINK = re.compile(r"\]\(([^):#\s]*)#([^)\s]+)\)")
ANCHOR = re.compile(r'<a id="([^"]+)">')
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
# Texts about the replaced service, which are not part of the repository.
ELSEWHERE = re.compile(r"\bbehaviou?r notes?\b|\b(auth|worker|clients) note\b", re.IGNORECASE)
FOLDERS = (
    *(
        "clinic_records",
        "patients",
        "clinics",
        "clinics_site",
        "kernel",
        "merges",
        "confirmations",
        "ehr",
        "notifications",
        "redox",
        "users",
        "webhooks",
        "xealth",
    ),
    *("docs", "scripts", "tests"),
)
KINDS = {".py", ".md", ".html", ".txt", ".yaml", ".js"}


def rows_of(page: Path) -> list[str]:
    """The rows of its tables, without their heads."""
    lines = page.read_text().splitlines()
    pairs = zip(lines, [*lines[1:], ""], strict=True)
    rows = [line for line, below in pairs if line.startswith("|") and not below.startswith("|---")]
    return [row for row in rows if not row.startswith("|---")]


def ids_of(page: Path) -> list[str]:
    return [match[2] for row in rows_of(page) if (match := ROW.match(row))]


def rules() -> Counter[str]:
    return Counter(rule for page in PAGES for rule in ids_of(page))


def anchors_of(page: Path) -> set[str]:
    """The anchors that it names, and those that a viewer gives to its headings."""
    text = page.read_text()
    headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(text))
    return {*ANCHOR.findall(text), *(heading.replace(" ", "-") for heading in headings)}


def files() -> list[Path]:
    inside = [path for folder in FOLDERS for path in (local.BASE / folder).rglob("*")]
    return [path for path in [*inside, *local.BASE.glob("*.md")] if path.suffix in KINDS]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_row_begins_with_its_id_under_its_own_anchor(page):
    wrong = [
        row[:60]
        for row in rows_of(page)
        if not (match := ROW.match(row)) or match[1] != match[2].lower()
    ]
    assert wrong == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_ids_of_a_page_have_one_prefix_and_rise(page):
    ids = [rule.split("-") for rule in ids_of(page)]
    numbers = [int(number) for _, number in ids]
    assert len({prefix for prefix, _ in ids}) == 1
    assert numbers == sorted(set(numbers))


def test_every_page_is_in_the_index_with_its_prefix():
    index = (BEHAVIOUR / "README.md").read_text()
    missing = [
        page.name
        for page in PAGES
        if f"[{page.name}]({page.name}) | {ids_of(page)[0].split('-')[0]} |" not in index
    ]
    assert missing == []


def test_no_two_rows_have_one_id():
    assert [rule for rule, count in rules().items() if count > 1] == []


def test_every_cited_rule_is_a_row():
    known_rules = rules()
    lost = {
        f"{path.relative_to(local.BASE)}: {rule}"
        for path in files()
        if path != Path(__file__)
        for rule in CITED.findall(path.read_text())
        if rule not in known_rules
    }
    assert lost == set()


def test_every_link_to_a_rule_or_a_section_has_a_target():
    lost = set()
    for path in (path for path in files() if path.suffix == ".md"):
        for target, anchor in LINK.findall(path.read_text()):
            page = path.parent / target if target else path
            if anchor not in anchors_of(page):
                lost.add(f"{path.relative_to(local.BASE)}: {target}#{anchor}")
    assert lost == set()


def test_no_text_outside_the_repository_is_cited():
    others = [path for path in files() if path != Path(__file__)]
    assert [str(path) for path in others if ELSEWHERE.search(path.read_text())] == []
