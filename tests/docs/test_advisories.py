"""`make audit`: answers of an advisory list, no answer, and exceptions."""

import json
from datetime import date

import pytest

from scripts import advisories

TODAY = date(2026, 11, 27)
KNOWN = {
    "name": "example",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["1.1"]}],
}
SOUND = {"name": "other", "version": "2.0", "vulns": []}
SKIPPED = {"name": "third", "skip_reason": "Dependency not found on PyPI"}


def answer(*dependencies):
    return json.dumps({"dependencies": dependencies, "fixes": []})


@pytest.fixture
def pip_audit(monkeypatch, tmp_path):
    """pip_audit(first answer, answer about everything, ...): texts are output and errors."""
    monkeypatch.setattr(advisories, "EXCEPTIONS", tmp_path / "exceptions.toml")
    (tmp_path / "exceptions.toml").write_text("")

    def answers(*given):
        rest = list(given)
        monkeypatch.setattr(
            advisories, "ask_about", lambda *_: advisories.read_answer(*rest.pop(0))
        )

    answers.exceptions = tmp_path / "exceptions.toml"
    return answers


def test_packages_without_a_vulnerability_pass(pip_audit, capsys):
    pip_audit((answer(SOUND), ""), (answer(SOUND), ""))
    assert advisories.main() == 0
    assert "No known vulnerability" in capsys.readouterr().out


@pytest.mark.walk
@pytest.mark.yardstick("W3")
def test_no_pinned_package_has_a_known_vulnerability(capsys):
    """Where the list can be reached."""
    ended = advisories.main()
    said = "".join(capsys.readouterr())
    if "cannot be reached" in said:
        pytest.skip(said.strip())
    assert ended == advisories.NONE_KNOWN, said


@pytest.mark.yardstick("W3")
def test_a_known_vulnerability_is_named_with_the_version_that_fixes_it(pip_audit, capsys):
    pip_audit((answer(SOUND), ""), (answer(SOUND, KNOWN), ""))
    assert advisories.main() == 1
    assert "example 1.0: PYSEC-1, fixed in 1.1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("output", "errors"),
    [
        ("", "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='x', port=443)"),
        ("", "ERROR:pip_audit._cli:Tip: your network may be blocking this service."),
        (answer(SKIPPED), ""),
    ],
    ids=["no network", "blocked", "an index without advisories"],
)
def test_a_list_that_cannot_be_reached_is_reported_without_failing(
    pip_audit, capsys, output, errors
):
    pip_audit((output, errors))
    assert advisories.main() == 0
    assert "nothing was checked" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("output", "errors", "sentence"),
    [
        ("", "Traceback\nKeyError: 'x'", "KeyError: 'x'"),
        ("", "", "it said nothing"),
        (answer(SOUND, SKIPPED), "", "does not know third"),
    ],
)
def test_an_incomplete_check_fails(pip_audit, capsys, output, errors, sentence):
    pip_audit((answer(SOUND), ""), (output, errors))
    assert advisories.main() == 2
    assert sentence in capsys.readouterr().err


EXCEPTION = """
[[exception]]
package = "{package}"
id = "{id}"
reason = "Only its command line is concerned."
until = {until}
"""


@pytest.mark.yardstick("W3")
@pytest.mark.parametrize(
    ("package", "known_as", "until", "status"),
    [
        ("example", "PYSEC-1", "2026-11-27", 0),
        ("example", "CVE-1", "2027-01-01", 0),
        ("example", "CVE-1", "2026-11-26", 1),
        ("example", "CVE-2", "2027-01-01", 1),
        ("other", "CVE-1", "2027-01-01", 1),
    ],
)
def test_an_exception_holds_for_one_package_and_until_its_day(
    pip_audit, package, known_as, until, status
):
    text = EXCEPTION.format(package=package, id=known_as, until=until)
    pip_audit.exceptions.write_text(text)
    accepted = advisories.read_exceptions(pip_audit.exceptions)
    findings = list(advisories.read_answer(answer(SOUND, KNOWN), ""))
    assert advisories.tell(findings, accepted, today=TODAY) == status


@pytest.mark.parametrize(
    "text",
    [
        "[[exception]",
        '[[exception]]\npackage = "a"\nid = "b"\nuntil = 2027-01-01',
        '[[exception]]\npackage = "a"\nid = "b"\nreason = " "\nuntil = 2027-01-01',
        '[[exception]]\npackage = "a"\nid = "b"\nreason = "c"\nuntil = "soon"',
    ],
)
def test_an_exception_without_reason_or_date_is_refused(pip_audit, capsys, text):
    pip_audit.exceptions.write_text(text)
    assert advisories.main() == 2
    assert "needs package, id, reason and until" in capsys.readouterr().err


@pytest.mark.yardstick("W3")
def test_our_own_exceptions_can_be_read():
    advisories.read_exceptions(advisories.EXCEPTIONS)
