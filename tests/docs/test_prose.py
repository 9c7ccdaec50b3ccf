"""Documents, and the texts and names in the folders below, use plain English; lines of documents are short."""

import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from scripts import local

LONGEST_LINE = 110
# Files and folders that are checked for the words below.
PROSE = (
    *("*.md", "docs", "clients/*.md", "clients/checks", "clients/*/*.md", "clients/*/examples"),
    *(
        "clients/python/tests",
        "clients/python/clinics_client/*.py",
        "clients/typescript/src/[ei]*.ts",
    ),
    *("Makefile", "Dockerfile", "compose.yaml", ".ci/*"),
    *(
        "clinics_site",
        "redox",
        "xealth",
        "confirmations",
        "notifications",
        "merges",
        "ehr",
        "webhooks",
    ),
    *("clinics", "patients", "clinic_records", "users", "kernel", "scripts", "deploy", "tests"),
)
KINDS = {".md", ".py", ".html", ".txt", ".yaml", ".sh", ".js", ".ts", ".css", ""}
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
    "(?:an?|every|another|first|second|recorded) looks?(?![-_](?:up|alike))": "view, read, check",
    "as good as none": "counts as missing",
    "for ever": "forever",
    "beyond the look": "what else was checked",
    "spoil(?:t|ed)": "broken",
    "(?<!there )(?:is|was) no (?!longer|one|more|different|matter|need)": "is not a",
}
# In names the words are joined by underscores.
WORDS = re.compile(
    rf"(?<![a-z])(?:{'|'.join(UNUSUAL).replace(' ', '[ _]')})(?![a-z])", re.IGNORECASE
)
STATEMENT_ENDS = {tokenize.ENCODING, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
SENTENCE_WITH_OF = re.compile(r'(?:^|[.:!?|] |[*#-] |""")Of (?!course\b)', re.MULTILINE)
DOCUMENTS = sorted(
    [
        path
        for place in ("*.md", "docs/**/*.md", "deploy/**/*.md", "clients/**/*.md")
        for path in local.BASE.glob(place)
    ],
    key=lambda path: path.name,
)


def files() -> Iterator[Path]:
    for pattern in PROSE:
        for path in local.BASE.glob(pattern):
            inside = [path] if path.is_file() else path.rglob("*")
            yield from (file for file in inside if file.is_file() and file.suffix in KINDS)


@cache
def prose_of(path: Path) -> list[tuple[int, str]]:
    """Line numbers and lines, without what is quoted: code spans, fenced blocks, and strings in code."""
    text = path.read_text()
    if path.suffix == ".py":
        lines = list(words_in_code(text))
    elif path.suffix in {".js", ".ts", ".css"}:
        lines = list(comments_in_script(text))
    else:
        fenced = re.sub(
            r"```.*?```", lambda block: "\n" * block[0].count("\n"), text, flags=re.DOTALL
        )
        lines = list(enumerate(fenced.splitlines(), start=1))
    return [(number, re.sub(r"`[^`]+`", "``", line)) for number, line in lines]


def comments_in_script(text: str) -> Iterator[tuple[int, str]]:
    for comment in re.finditer(r"/\*.*?\*/|(?<!:)//[^\n]*", text, flags=re.DOTALL):
        first_line = text.count("\n", 0, comment.start()) + 1
        yield from enumerate(comment[0].splitlines(), start=first_line)


def words_in_code(text: str) -> Iterator[tuple[int, str]]:
    """Comments, docstrings, messages (texts of several words) and names of tests."""
    begins_statement = True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        is_docstring = token.type == tokenize.STRING and begins_statement
        is_message = token.type == tokenize.STRING and " " in token.string
        is_test = token.type == tokenize.NAME and token.string.startswith("test_")
        if is_docstring or is_message or is_test or token.type == tokenize.COMMENT:
            yield from enumerate(token.string.splitlines(), start=token.start[0])
        begins_statement = token.type in STATEMENT_ENDS


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
    unusual = [
        f"{path.relative_to(local.BASE)}:{number}: {match[0]}"
        for path in files()
        if path != Path(__file__)
        for number, line in prose_of(path)
        for match in WORDS.finditer(line)
    ]
    assert unusual == [], f"better: {UNUSUAL}"


def test_no_sentence_begins_with_of():
    files_with_of = [
        f"{path.relative_to(local.BASE)}:{number}"
        for path in files()
        if path != Path(__file__)
        for number, line in prose_of(path)
        if SENTENCE_WITH_OF.search(line)
    ]
    assert files_with_of == []
