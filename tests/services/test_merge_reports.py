"""The workbook of a plan, read back (rules MERGE-33 to MERGE-40)."""

import tracemalloc
from datetime import UTC, datetime
from inspect import isgenerator
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from merges.report import workbook
from merges.report.cells import LONGEST, plain
from merges.report.sheets import SHEETS
from merges.services.reports import file_name, write_workbook
from tests.merge_plans import ADMIN, MEMBER, invite, member, patient, plan, site, tag

UPLOADED = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
PATIENT = ["DOB ---", "MRN ---", "Tags ---", "Sites ---", "Latest Upload ---"]


def written(made):
    file = BytesIO()
    write_workbook(made, file)
    return file


def rows_of(book, name):
    """The rows of a sheet as lists, without empty cells at their ends."""
    rows = []
    for cells in book[name].iter_rows(values_only=True):
        row = ["" if value is None else value for value in cells]
        while row and row[-1] == "":
            row.pop()
        rows.append(row)
    return rows


def sheet(made, name):
    return rows_of(openpyxl.load_workbook(written(made)), name)


def block(rows, title):
    """From the row that begins with `title` to the next empty row."""
    start = next(n for n, row in enumerate(rows) if row and str(row[0]).startswith(title))
    end = next((n for n, row in enumerate(rows) if n > start and not row), len(rows))
    return rows[start:end]


def with_everything():
    """Two clinics that meet in every way, and can be merged."""
    here, there, shared = tag("here"), tag("there"), tag("Type 1")
    lobby, hall = site("Lobby"), site("Hall")
    ada = patient(
        *("Ada", "2000-01-01", "1"),
        user_id="aaaaaaaaaa",
        tags=(here.id, shared.id),
        sites=(lobby,),
        last_upload=UPLOADED,
        is_custodial=False,
    )
    return plan(
        {
            "tags": (here, shared),
            "sites": (lobby, hall),
            "clinicians": (member("Ann", ADMIN, user_id="u"), member("Bob", ADMIN)),
            "patients": (ada, patient("Ben", mrn="7"), patient("ben", mrn="8"), patient("Cid")),
        },
        {
            "tags": (there, tag("type1")),
            "sites": (site("LOBBY"),),
            "clinicians": (member("Ann", MEMBER, user_id="u"), invite("i@example.org")),
            "patients": (
                patient("Ada", "2000-01-01", "2", user_id="aaaaaaaaaa", tags=(there.id,)),
                patient("Adah", "2000-01-01", "1"),
                patient("Eve", mrn="7"),
                patient("Ada"),
            ),
        },
    )


@pytest.fixture(scope="module")
def book():
    return openpyxl.load_workbook(written(with_everything()))


def test_there_are_six_sheets(book):
    assert book.sheetnames == [
        "Summary",
        "Patients in Source Clinic",
        "Patients in Target Clinic",
        "Duplicates in Source Clinic",
        "Duplicates in Target Clinic",
        "Duplicates in Merged Workspace",
    ]


def test_the_file_is_named_after_the_second():
    assert file_name(with_everything()) == "merge-report-1746155045.xlsx"


def test_the_first_column_is_wide_and_the_others_fit(book):
    for name in book.sheetnames:
        widths = {letter: d.width for letter, d in book[name].column_dimensions.items()}
        assert 50 <= widths["A"] < 51
        for letter in set(widths) - {"A"}:
            longest = max(len(str(cell.value or "")) for cell in book[name][letter])
            assert min(longest, 79) < widths[letter] < min(max(longest, 8), 80) + 3


# --- the summary ----------------------------------------------------------------------------------
def test_the_summary_begins_with_the_two_clinics(book):
    assert rows_of(book, "Summary")[:8] == [
        ["SUMMARY"],
        [],
        ["Report Generated", "May  2 2025 03:04:05 UTC"],
        [],
        ["Merging from Workspace 1 (Source)", "Lakeside"],
        ["Merging to Workspace 2 (Target)", "Hillside"],
        ["Can execute merge plan?", "Yes"],
        [],
    ]


def test_the_summary_says_what_prevents_the_merge():
    made = plan({"clinicians": (invite("a@example.org"),), "timezone": ""}, {})
    assert block(sheet(made, "Summary"), "Can execute") == [
        [
            "Can execute merge plan?",
            "No",
            "No. Settings mismatch; Pending invites in source workspace",
        ]
    ]


def test_the_summary_ends_with_what_can_be_done():
    """Rule MERGE-41."""
    rows = sheet(plan({"timezone": ""}, {}), "Summary")
    found = block(rows, "Problems (")
    assert found == [
        ["Problems (1) ---", "Blocks ---", "What to do ---"],
        ["Settings mismatch", "Yes", "Give both workspaces the same values of: Timezone."],
    ]
    assert rows[-1] == found[-1]


def test_the_settings_are_compared(book):
    assert block(rows_of(book, "Summary"), "Settings ---")[:-1] == [
        ["Settings ---", "Do they match? ---", "Lakeside ---", "Hillside ---"],
        ["Partial SSO*", "Yes", "N/A", "N/A"],
        ["MRN Required", "Yes", "Not Required", "Not Required"],
        ["MRN Unique", "Yes", "No", "No"],
        ["Glucose Units", "Yes", "mg/dL", "mg/dL"],
        ["Timezone", "Yes", "US/Pacific", "US/Pacific"],
    ]


def test_the_measures_are_the_numbers_of_the_plan(book):
    numbers = with_everything().numbers
    assert block(rows_of(book, "Summary"), "Measures ---") == [
        ["Measures ---", "Count ---"],
        ["Resulting Members & Admins", numbers.resulting_members_and_admins],
        ["- Members downgraded from Admin", numbers.downgraded],
        ["Resulting Tags", numbers.resulting_tags],
        ["- Duplicate tags that will be merged", numbers.merged_tags],
        ["Resulting Sites", numbers.resulting_sites],
        ["- Duplicate sites that will be renamed", numbers.renamed_sites],
        ["Resulting Patient Accounts", numbers.resulting_patients],
        ["- Duplicate Accounts", numbers.duplicate_accounts],
        ["- Likely Duplicate Accounts", numbers.likely_duplicates],
        ["- Duplicate MRN Only", numbers.mrn_only_matches],
        ["- Duplicate Name Only", numbers.name_only_matches],
    ]
    assert [row[1] for row in block(rows_of(book, "Summary"), "Measures ---")[1:]] == [
        *(3, 1),
        *(3, 1),
        *(3, 1),
        *(7, 1, 1, 1, 1),
    ]


def test_the_summary_lists_who_and_what_results(book):
    rows = rows_of(book, "Summary")
    both = "Hillside, Lakeside"
    assert block(rows, "Resulting Admins (") == [
        ["Resulting Admins (1)", "Workspace ---", "Email ---"],
        ["Bob", "Lakeside", "bob@example.org"],
    ]
    assert block(rows, "Resulting Members (") == [
        [
            *("Resulting Members (1)", "Workspace ---", "Email ---"),
            "Downgrade (Only if the person is an Admin at Workspace 1 but a Member at Workspace 2) ----",
        ],
        ["Ann", both, "ann@example.org", "Yes"],
    ]
    assert block(rows, "Pending Invites") == [
        ["Pending Invites (1)", "Workspace ---"],
        [0, "Lakeside"],
        [1, "Hillside"],
    ]
    assert block(rows, "Resulting Tags (") == [
        ["Resulting Tags (3) ---", "Workspace ---", "Merge ---"],
        ["here", "Lakeside"],
        ["there", "Hillside"],
        ["type1", both, "Yes"],
    ]
    assert block(rows, "Resulting Sites (") == [
        ["Resulting Sites (3) ---", "Workspace ---", "Action ---"],
        ["Hall", "Lakeside", "Create"],
        ["LOBBY", "Hillside", "Retain"],
        ["Lobby (2)", "Lakeside", "Rename"],
    ]


# --- patients -------------------------------------------------------------------------------------
def test_each_clinic_has_a_sheet_of_its_patients(book):
    rows = rows_of(book, "Patients in Source Clinic")
    assert rows[:3] == [
        ["Name ---", "Claimed ---", "UUID ---", *PATIENT],
        [],
        [
            *("Ada", "Y", "aaaaaaaaaa", "2000-01-01", "1"),
            *("Type 1, here", "Lobby", "2025-03-04 05:06:07"),
        ],
    ]
    assert [row[0] for row in rows[2:]] == ["Ada", "Ben", "ben", "Cid"]
    assert rows[3][1] == "-"
    assert len(rows_of(book, "Patients in Target Clinic")) == 2 + 4


def test_groups_within_a_clinic_are_for_review(book):
    rows = rows_of(book, "Duplicates in Source Clinic")
    assert rows[:2] == [["Lakeside"], ["Review Possible Duplicates"]]
    assert [len(row) for row in rows[2:7]] == [1, 1, 1, 1, 0]
    matches = ["Likely Duplicates ---", "Name Only Matches ---", "MRN Only Matches ---"]
    assert rows[7] == ["", "Name ---", "Claimed? ---", "UUID ---", *PATIENT, *matches]
    assert rows[8] == ["Review 1"]
    first, second = rows[9:11]
    assert {first[1], second[1]} == {"Ben", "ben"}
    assert (first[10], second[10]) == (second[3], first[3])
    assert (first[9], second[9]) == ("", "")
    assert rows[11:] == []


def test_who_resembles_whom_across_clinics(book):
    rows = rows_of(book, "Duplicates in Merged Workspace")
    assert rows[0] == ["MERGED WORKSPACE PATIENT REVIEW"]
    assert [len(row) for row in rows[1:5]] == [1, 1, 1, 0]
    assert rows[5] == [
        *("", "Status ---", "Original Workspace ---"),
        *("Name ---", "Claimed ---", "UUID ---", *PATIENT),
    ]
    tags, sites = "Type 1, here", "Lobby (2)"
    ada = ["Ada", "Y", "aaaaaaaaaa", "2000-01-01", "1", tags, sites, "2025-03-04 05:06:07"]
    there = ["Ada", "-", "aaaaaaaaaa", "2000-01-01", "2"]
    assert rows[6:10] == [
        ["Patient 1", "(combined)", "Lakeside", *ada],
        ["", "Exact Match: Results in one claimed account"],
        ["", "(result)", "", *there, "here, there, type1", sites],
        ["", "(combined)", "Hillside", *there, "there"],
    ]
    assert [row[:4] for row in rows[10:15]] == [
        ["", "Review likely duplicate(s)"],
        ["", "(retained)", "Hillside", "Adah"],
        ["", "Review duplicate name"],
        ["", "(retained)", "Hillside", "Ada"],
        [],
    ]
    assert [row[:4] for row in rows[15:18]] == [
        ["Patient 2", "(retained)", "Lakeside", "Ben"],
        ["", "Review duplicate MRN"],
        ["", "(retained)", "Hillside", "Eve"],
    ]


def test_a_patient_who_prevents_the_merge_is_marked():
    unique = {"requires_unique_mrn": True}
    made = plan(
        {"patients": (patient("Ada", mrn="1"),), **unique},
        {"patients": (patient("Ben", mrn="1"),), **unique},
    )
    rows = sheet(made, "Duplicates in Merged Workspace")
    assert rows[6][:4] == ["Patient 1", "(ERROR)", "Lakeside", "Ada"]


# --- hostile texts --------------------------------------------------------------------------------
RAW = (
    '<r></t></is></c><c r="B9" t="str"><f>HYPERLINK("https://evil.example")</f></c>'
    '<c r="C9" t="inlineStr"><is><t></r>'
)
HOSTILE = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", '=HYPERLINK("x")'),
    *("https://evil.example", "mailto:a@example.org", "internal:Sheet2!A1", "1", "1e5", "TRUE"),
    *("2000-01-01", "_x0041_", "a & <b>", "'quoted", "x" * 200, "\N{GRINNING FACE}", " outer "),
    *("<r><t>markup</t></r>", RAW),
]


def cells_with(text):
    """The cells of a report in which everything that people can name has this name."""
    made = plan(
        {
            "tags": (tag(text),),
            "sites": (site(text),),
            "clinicians": (member(text, email=text),),
            "patients": (patient(text, mrn=text, birth_date=text, user_id=text),),
        },
        {"sites": (site("other"),), "patients": (patient(text, mrn=text),)},
    )
    file = written(made)
    found = openpyxl.load_workbook(file)
    cells = [cell for name in found.sheetnames for row in found[name].iter_rows() for cell in row]
    return file, [cell for cell in cells if cell.value is not None]


@pytest.mark.parametrize("text", HOSTILE)
def test_every_text_is_a_text(text):
    file, cells = cells_with(text)

    texts = [cell for cell in cells if isinstance(cell.value, str)]
    assert {cell.data_type for cell in texts} <= {"s", "inlineStr"}
    assert {cell.hyperlink for cell in cells} == {None}
    with ZipFile(file) as parts:
        content = b"".join(parts.read(name) for name in parts.namelist() if "sheet" in name)
    assert b"<f>" not in content
    assert b"<hyperlink" not in content
    shown = [cell for cell in texts if unescape(cell.value).strip() == text.strip()]
    assert len(shown) >= 10
    if not text.startswith("<r>"):
        assert {unescape(cell.value) for cell in shown} == {text}


@pytest.mark.parametrize("text", [text for text in HOSTILE if text[0] in "=+-@\t\r"])
def test_what_begins_like_a_formula_stays_a_text_when_it_is_edited(text):
    _, cells = cells_with(text)
    shown = [
        cell for cell in cells if isinstance(cell.value, str) and cell.value.endswith(text[1:])
    ]
    marked = [cell for cell in shown if cell.value[0] in "=+-@\t\r_"]
    assert marked
    assert all(cell.quotePrefix for cell in marked)


@pytest.mark.parametrize("code", [0, 1, 8, 11, 27, 31, 127, 0xD800, 0xFFFE, 0xFFFF])
def test_a_character_that_no_file_can_hold_shows_as_such(code):
    _, cells = cells_with(f"a{chr(code)}b")
    assert sum(cell.value == "a�b" for cell in cells) >= 10


def test_signs_of_direction_turn_nothing():
    _, cells = cells_with("a\u202eb\u2066c")
    assert sum(cell.value == "abc" for cell in cells) >= 10


# --- limits ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("letter", ["x", "\N{GRINNING FACE}"])
def test_a_text_that_is_too_long_shows_that_it_goes_on(letter):
    units = len(letter.encode("utf-16-le")) // 2
    fitting = letter * (LONGEST // units)
    assert plain(fitting) == fitting
    cut = plain(fitting + letter)
    assert cut.endswith(letter + "…")
    assert LONGEST - 2 <= len(cut.encode("utf-16-le")) // 2 <= LONGEST


def test_a_sheet_that_is_too_long_says_so(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 10)
    for number in (9, 10, 11, 50):
        file = BytesIO()
        workbook.write({"S": ((f"row {n}",) for n in range(number))}, file)
        rows = rows_of(openpyxl.load_workbook(file), "S")
        left_out = number - 9
        assert len(rows) == min(number, 10)
        if left_out > 1:
            assert rows[-1] == [f"{left_out} more rows do not fit into a sheet"]


def peak_of(number):
    """What writing so many rows of texts takes, in bytes."""
    row = ("Ada Example", "Y", "aaaaaaaaaa", "2000-01-01", "1234567", "Type 1, here", "Lobby", "")
    tracemalloc.start()
    try:
        workbook.write({"S": (row for _ in range(number))}, BytesIO())
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_more_rows_need_no_more_memory():
    peak_of(10)
    assert peak_of(3000) < peak_of(300) + 400_000  # in memory the rows would take two megabytes


def test_rows_are_made_one_after_another():
    """Nothing collects them, so that memory does not grow with the clinics."""
    made = with_everything()
    assert all(isgenerator(rows(made)) for rows in SHEETS.values())
