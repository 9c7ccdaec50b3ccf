"""Exports as tables: a spreadsheet runs no cell of any of them as a formula."""

import csv
import io
import unicodedata

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from kernel import db
from kernel.staff import exports, pages

NBSP, ZWSP, IDEOGRAPHIC, BOM, FILLER = "\u00a0", "\u200b", "\u3000", "\ufeff", "\u3164"
SIGNS = "=+-@|%＝＋－＠﹦﹢﹣﹫⁼⁺⁻−–—"
INVISIBLE = (
    f' \t\r\n\v\f\x00\x85{NBSP}{ZWSP}{IDEOGRAPHIC}{BOM}{FILLER}\u2800\u2028\u00ad\u2060\ufe0f"`'
)
EXPORTS = sorted(name for route, name, _ in pages.PAGES if route.endswith(".csv"))


def is_neutral(text):
    """Checked without using the code: a cell begins with a letter, a number or an apostrophe."""
    first = unicodedata.normalize("NFKC", text[:1])
    if text.startswith("'") or not text:
        return "\n" not in text and "\r" not in text
    is_number = (
        text.removeprefix("-").replace(".", "", 1).isascii() and text.lstrip("-")[:1].isdigit()
    )
    return (first not in "=+-@|%" or is_number) and not any(
        c in text for c in "\n\r\t\v\f\x85\u2028\u2029"
    )


def test_a_formula_behind_invisible_characters_becomes_text():
    befores = ["", *INVISIBLE, NBSP + ZWSP, "\t \u3000"]
    formulas = [f"{before}{sign}1+1" for before in befores for sign in SIGNS]
    assert [text for text in formulas if not exports.cell(text).startswith("'")] == []


@pytest.mark.parametrize(
    "text", ["Anna\n=1+1", "Anna\r\n@SUM(A1)", "Anna\u2028=1", "Anna\t=1", "Anna\x85=1"]
)
def test_a_line_break_does_not_begin_a_second_cell(text):
    assert exports.cell(text).startswith("Anna ")
    assert len(exports.cell(text).splitlines()) == 1


@given(st.text(alphabet=st.sampled_from(INVISIBLE + SIGNS + "aé1.'"), max_size=8) | st.text())
def test_no_text_becomes_a_formula(text):
    written = exports.cell(text)
    assert is_neutral(written)


@pytest.mark.parametrize("text", ["Anna;=1+1", "Anna; @SUM(A1)", "7;-1+1;x", ";=1"])
def test_no_part_between_semicolons_becomes_a_formula(text):
    """Excel separates cells there where the decimal point is a comma."""
    assert exports.cell(text) != text
    assert all(is_neutral(part) for part in exports.cell(text).split(";"))
    assert exports.cell("Pump;-5;Type 1") == "Pump;-5;Type 1"


@given(st.text(alphabet=st.characters(categories=["L", "N"]), max_size=20))
def test_plain_text_is_written_unchanged(text):
    if not any(c in FILLER + "\u115f\u1160\uffa0" for c in text[:1]):
        assert exports.cell(text) == text


def hostile(clinic):
    """A formula in everything that people type and exports show."""
    evil = f"{NBSP}{ZWSP}＝1+1;=2\n=cmd()"
    for name, fields in {
        "patients": ("fullName", "mrn", "birthDate", "email"),
        "clinics": ("name", "city", "address", "country", "timezone", "tier"),
        "clinicians": ("name", "email"),
    }.items():
        where = {"_id": clinic["_id"]} if name == "clinics" else {"clinicId": clinic["_id"]}
        for document in db.collection(name).find(where):
            number = document["_id"]  # unique addresses
            changes = dict.fromkeys(fields, f"{evil}{number}")
            db.collection(name).update_one({"_id": number}, {"$set": changes})
    for kind in ("patientTags", "sites"):
        db.collection("clinics").update_one(
            {"_id": clinic["_id"]}, {"$set": {f"{kind}.0.name": evil}}
        )


@pytest.mark.parametrize("name", EXPORTS)
def test_no_export_contains_a_formula(name, clinic, root):
    root.user.username = "=evil()"
    root.user.save()
    root.client.force_login(root.user)
    hostile(clinic)
    ids = {} if name in ("clinics_export", "audit_export") else {"clinic_id": clinic["_id"]}

    response = root.client.get(reverse(f"admin:{name}", kwargs=ids))

    assert response.status_code == 200
    content = b"".join(response.streaming_content).decode().removeprefix(BOM)
    rows = list(csv.reader(io.StringIO(content)))
    assert len(rows) > 1
    assert all(is_neutral(value) for row in rows for value in row)
    assert any("'" in value for row in rows[1:] for value in row), (
        "the hostile text is in the export"
    )
    assert all(line.startswith('"') and line.endswith('"') for line in content.splitlines())
    # With another separator the cells begin and end elsewhere.
    assert all(is_neutral(part) for line in content.splitlines() for part in line.split(";"))


def test_every_table_is_written_by_the_export_of_the_staff_kit():
    assert {
        "clinics_export",
        "clinic_patients_export",
        "clinic_members_export",
        "audit_export",
    } <= set(EXPORTS)
