"""Documents, and the texts and names in the folders below, use plain English; lines of documents are short."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import local

LONGEST_LINE = 110
# Files and folders that are checked for the words below.
PROSE = (
    *("*.md", "docs", "Makefile", "Dockerfile", "compose.yaml", ".ci/*", "*/templates", "scripts"),
    *(f"tests/{name}" for name in ("attack", "bench", "chaos", "docs", "fuzz")),
)
KINDS = {".md", ".py", ".html", ".txt", ".yaml", ".sh", ""}
UNUSUAL = {
    "can not": "cannot",
    "anew": "again",
    "nobody(?:'s)?": "no one",
    "somebody(?:'s)?": "someone",
    "anybody(?:'s)?": "anyone",
    "everybody(?:'s)?": "everyone",
    "whoever": "the one who, anyone who",
    "mend(?:s|ed|ing)?": "fix, correct",
    "promis(?:e|es|ed|ing)": "guarantee",
    "doors?": "login",
    "farewells?": "say what it is",
    "(?:an?|every|another|first|second|recorded) looks?(?!-)": "view, read, check",
    "as good as none": "counts as missing",
    "for ever": "forever",
}
# In names the words are joined by underscores.
PATTERNS = {
    re.compile(rf"(?<![a-z])(?:{word.replace(' ', '[ _]')})(?![a-z])", re.IGNORECASE): usual
    for word, usual in UNUSUAL.items()
}
SENTENCE_WITH_OF = re.compile(r'(?:^|[.:!?|] |[*#-] |""")Of (?!course\b)', re.MULTILINE)
DOCUMENTS = sorted(
    [*local.BASE.glob("*.md"), *(local.BASE / "docs").rglob("*.md")], key=lambda path: path.name
)


def files() -> Iterator[Path]:
    for pattern in PROSE:
        for path in local.BASE.glob(pattern):
            inside = [path] if path.is_file() else path.rglob("*")
            yield from (file for file in inside if file.is_file() and file.suffix in KINDS)


def without_code(text: str) -> str:
    """Fenced blocks and code spans quote other texts; their lines are kept as empty ones."""
    text = re.sub(r"```.*?```", lambda block: "\n" * block[0].count("\n"), text, flags=re.DOTALL)
    return re.sub(r"`[^`\n]+`", "``", text)


def lines_of_prose(document: Path) -> list[str]:
    """Without code, tables, and lines that a link or an image makes long."""
    fenced = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
    return [
        line
        for line in fenced.splitlines()
        if not line.startswith(("|", "![", "    ")) and "](http" not in line
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_lines_of_documents_end_at_110_characters(document):
    assert [line for line in lines_of_prose(document) if len(line) > LONGEST_LINE] == []


def test_texts_use_the_usual_words():
    found = [
        f"{path.relative_to(local.BASE)}:{number}: {match[0]!r}, better {usual!r}"
        for path in files()
        if path != Path(__file__)
        for number, line in enumerate(without_code(path.read_text()).splitlines(), start=1)
        for pattern, usual in PATTERNS.items()
        for match in pattern.finditer(line)
    ]
    assert found == []


def test_no_sentence_begins_with_of():
    found = [
        str(path.relative_to(local.BASE))
        for path in files()
        if path != Path(__file__) and SENTENCE_WITH_OF.search(without_code(path.read_text()))
    ]
    assert found == []
