"""The embedded report: what a clinician can read in it (rules EHR-220 to EHR-235)."""

import io
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from ehr.clients import reports
from ehr.report import content, faces, goals, lettering, pdf, words
from ehr.report.goals import State
from ehr.report.subjects import Subject
from patients.choices import RangePreset
from tests.services.test_redox_messages import BGM, CGM, stats

DRAWN = datetime.fromisoformat("2026-03-02T14:05:00+00:00")
MISSING = {
    **CGM, "timeInVeryHighPercent": 0.113, "timeInHighPercent": 0.233, "timeInTargetPercent": 0.5892,
    "timeInLowPercent": 0.048, "timeInVeryLowPercent": 0.0168, "glucoseManagementIndicator": 7.61,
    "coefficientOfVariation": 0.412, "timeCGMUsePercent": 0.631,
}  # fmt: skip


def subject(**fields):
    defaults = {
        "full_name": "Mara Quill-Жукова", "birth_date": "1991-04-17", "mrn": "QX-40881",
        "clinic_name": "Hillside Endocrinology", "units": "mg/dL", "timezone": "US/Central",
    }  # fmt: skip
    return Subject(**{**defaults, **fields})


def draw(summary, **fields):
    return pdf.draw(subject(**fields), summary, drawn=DRAWN)


def read(content):
    document = PdfReader(io.BytesIO(content))
    return document, "\n".join(page.extract_text() for page in document.pages)


def rows(period, fitting=goals.STANDARD, units="mg/dL"):
    """The rows of CGM by name."""
    (section,) = content.sections({"cgmStats": stats(period)}, units, fitting)
    return {row.label: row for row in section.rows}


def missed(period, fitting=goals.STANDARD):
    shown = rows(period, fitting)
    return [label for label, row in shown.items() if row.verdict.state == State.MISSED]


# --- whose, when --------------------------------------------------------------------------------------
def test_the_report_names_patient_clinic_and_period_in_the_time_zone_of_the_clinic():
    _, text = read(draw({"cgmStats": stats(CGM)}))

    for expected in ("Mara Quill-Жукова", "1991-04-17", "QX-40881", "Hillside Endocrinology"):
        assert expected in text
    assert "14 days: Feb 17, 2026 – Mar 2, 2026" in text
    assert "US/Central" in text
    assert "Mar 2, 2026, 08:05" in text


@pytest.mark.parametrize("place", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe"])
@pytest.mark.parametrize("moment", ["T00:00:00", "T00:30:00", "T12:00:00", "T23:59:59"])
def test_fourteen_days_are_fourteen_dates_also_when_the_clocks_change(place, moment):
    zone = ZoneInfo(place)
    for number in range(366):
        day = datetime(2026, 1, 1) + timedelta(days=number)
        end = datetime.fromisoformat(f"{day:%Y-%m-%d}{moment}").replace(tzinfo=zone)
        first, last = (
            datetime.strptime(part, "%b %d, %Y").date()
            for part in words.fourteen_days(end, zone).split(" – ")
        )

        assert last == end.date()
        assert (last - first).days + 1 == 14


# --- numbers ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ("mg/dL", ["152 mg/dL", "70–180 mg/dL", "Mean glucose, mg/dL"]),
        ("mmol/L", ["8.4 mmol/L", "3.9–10.0 mmol/L", "Mean glucose, mmol/L"]),
    ],
)
def test_the_report_uses_the_units_of_the_clinic(units, expected):
    _, text = read(draw({"cgmStats": stats(CGM)}, units=units))

    assert all(part in text for part in expected)


def test_the_report_shows_cgm_and_bgm_with_goals():
    _, text = read(draw({"cgmStats": stats(CGM), "bgmStats": stats(BGM)}))

    for expected in (
        "71.3%",
        "6.9%",
        "89.6%",
        "13",
        "301",
        "36% or less",
        "more than 70%",
        "80.0%",
        "2.9",
    ):
        assert expected in text
    assert "0.4%" in text  # very low is shown although it would round to zero
    assert rows({**CGM, "timeInVeryLowPercent": 0.0001})["Very low"].periods[2][0] == "<0.1%"


def test_four_periods_stand_side_by_side_with_their_change():
    block = stats({**CGM, "timeInTargetPercentDelta": 0.0312, "averageGlucoseMmolDelta": -0.5})
    block["periods"]["7d"] = {"timeInTargetPercent": 0.5, "timeInTargetPercentDelta": -0.0849}
    block["periods"]["30d"] = {"timeInTargetPercent": 0.6, "timeInTargetPercentDelta": 0}
    (section,) = content.sections({"cgmStats": block}, "mg/dL")
    shown = {row.label: row.periods for row in section.rows}

    assert shown["In range"] == [("–", "–"), ("50.0%", "-8.5"), ("71.3%", "+3.1"), ("60.0%", "±0")]
    assert shown["Mean glucose, mg/dL"][2] == ("152", "-9")
    assert shown["All low"] == [("–", "–"), ("–", "–"), ("3.2%", "–"), ("–", "–")]
    assert "1 day 7 days 14 days 30 days" in " ".join(read(draw({"cgmStats": block}))[1].split())


@pytest.mark.parametrize("delta", ["3", float("nan"), 10**9, True, [0.1]])
def test_a_change_that_cannot_be_read_is_not_known(delta):
    shown = rows({**CGM, "timeInTargetPercentDelta": delta})

    assert shown["In range"].periods[2] == ("71.3%", "–")


def test_the_report_says_that_it_has_no_daily_pattern():
    assert "shows no daily pattern" in read(draw({"cgmStats": stats(CGM)}))[1]


def test_the_report_says_when_there_is_too_little_data_or_none():
    sparse = {name: value for name, value in CGM.items() if not name.startswith("timeIn")}

    assert "Too little CGM data" in read(draw({"cgmStats": stats(sparse)}))[1]
    assert "no glucose data" in read(draw({}))[1]


# --- goals --------------------------------------------------------------------------------------------
def test_what_misses_its_goal_is_marked_with_a_sign_and_a_word():
    assert missed(CGM) == ["All high", "Very high"]
    assert missed(MISSING) == [
        "All high", "Very high", "In range", "Very low", "All low", "Glucose management indicator",
        "Coefficient of variation", "Time sensor active",
    ]  # fmt: skip
    _, text = read(draw({"cgmStats": stats(MISSING)}))
    assert text.count("⚠ Missed") == 8 + 2  # table and cards
    assert "✔ Met" not in text


@pytest.mark.parametrize(
    ("share", "state"), [(0.7, "missed"), (0.7004, "missed"), (0.7006, "met"), (None, "open")]
)
def test_a_number_is_judged_as_it_is_shown(share, state):
    assert rows({**CGM, "timeInTargetPercent": share})["In range"].verdict.state == state


@pytest.mark.parametrize(
    ("preset", "audience", "goal"),
    [
        (None, "Most adults", "more than 70%"),
        (RangePreset.STANDARD, "Most adults", "more than 70%"),
        (RangePreset.HIGH_RISK, "Older or high-risk adults", "more than 50%"),
        (RangePreset.PREGNANCY_TYPE_1, "Pregnancy, type 1", ""),
        (RangePreset.PREGNANCY_TYPE_2, "Pregnancy, type 2 or gestational", ""),
    ],
)
def test_goals_fit_the_range_of_the_patient(preset, audience, goal):
    stored = preset and {"type": "preset", "preset": preset.value}
    patient = {"userId": "u", "summary": {"cgmStats": stats(CGM)}, "glycemicRanges": stored}
    request = reports.ReportRequest({"name": "Hillside"}, patient, start=DRAWN, end=DRAWN)
    fitting = goals.for_ranges(stored)
    _, text = read(reports.draw_report(request))

    assert fitting.audience == audience
    assert audience in text
    assert rows(CGM, fitting)["In range"].goal == goal


@pytest.mark.parametrize(
    "stored",
    [
        "adaHighRisk", [], {"type": "preset", "preset": "other"}, {"type": "preset", "preset": ["adaHighRisk"]},
        {"type": "custom", "custom": "x"}, {"type": "custom", "custom": {"thresholds": [3]}},
        {"type": "custom", "custom": {"thresholds": [{"upperBound": {"value": "5", "units": "mg/dL"}}]}},
    ],
)  # fmt: skip
def test_a_range_that_cannot_be_read_means_the_standard_goals(stored):
    assert goals.for_ranges(stored) == goals.STANDARD


def test_older_adults_are_judged_by_their_own_goals():
    period = {
        **CGM,
        "timeInTargetPercent": 0.55,
        "timeInVeryHighPercent": 0.09,
        "timeInHighPercent": 0.328,
    }

    assert missed(period) == ["All high", "Very high", "In range"]
    assert missed(period, goals.HIGH_RISK) == ["All low"]


def test_in_pregnancy_only_what_is_certain_is_judged():
    """The summary counts 70-180 mg/dL, and the goals are for 63-140."""
    (section,) = content.sections({"cgmStats": stats(MISSING)}, "mg/dL", goals.PREGNANCY_TYPE_1)

    assert [(span.label, span.known, span.verdict.state) for span in section.spans] == [
        ("Above range: above 140 mg/dL", "between 34.6% and 93.5%", State.MISSED),
        ("In range: 63–140 mg/dL", "at most 63.7%", State.MISSED),
        ("Below range: below 63 mg/dL", "between 1.7% and 6.5%", State.OPEN),
    ]
    assert missed(MISSING, goals.PREGNANCY_TYPE_1) == ["Very low", "Time sensor active"]
    assert (
        "between 1.7% and 6.5%"
        in read(draw({"cgmStats": stats(MISSING)}, goals=goals.PREGNANCY_TYPE_1))[1]
    )


def test_a_custom_range_is_shown_without_goals():
    bounds = [("Low", 70, "mg/dL"), ("Target", 10.0, "mmol/L"), ("High", 12.0, "mmol/L")]
    thresholds = [
        {"name": name, "upperBound": {"value": value, "units": units}}
        for name, value, units in bounds
    ]
    custom = {"name": "Dr. Falk's", "thresholds": thresholds}
    fitting = goals.for_ranges({"type": "custom", "custom": custom})
    (section,) = content.sections({"cgmStats": stats(CGM)}, "mg/dL", fitting)

    assert [(span.label, span.known) for span in section.spans] == [
        ("Above 12 mmol/l", "between 5.4% and 25.5%"),
        ("High: 10 mmol/L to 12 mmol/L", "at most 20.1%"),
        ("Target: 70 mg/dL to 10 mmol/L", "71.3%"),
        ("Low: below 70 mg/dL", "3.2%"),
    ]
    assert missed(MISSING, fitting) == ["Coefficient of variation", "Time sensor active"]


# --- the file -----------------------------------------------------------------------------------------
def test_the_report_is_one_small_page_with_embedded_fonts():
    content = draw({"cgmStats": stats(CGM), "bgmStats": stats(BGM)})
    document, _ = read(content)

    assert len(document.pages) == 1
    assert len(content) < 100_000
    assert document.metadata.title == "Glucose report, 14 days"
    fonts = [font.get_object() for font in document.pages[0]["/Resources"]["/Font"].values()]
    assert all("/FontFile2" in f["/FontDescriptor"] for f in fonts if f["/Subtype"] == "/TrueType")


def test_the_time_of_creation_is_true_and_everything_else_is_the_same_again():
    summary = {"cgmStats": stats(CGM), "bgmStats": stats(BGM)}
    names = {"full_name": "محمد 王小明 😀"}
    first = draw(summary, **names)
    draw(summary, full_name="राजेश कुमार")  # does not change what the next one looks like

    assert draw(summary, **names) == first
    document, text = read(first)
    assert document.metadata.creation_date == DRAWN
    later = pdf.draw(subject(**names), summary, drawn=DRAWN + timedelta(hours=1))
    assert read(later)[1] == text.replace("08:05", "09:05")


def test_reports_drawn_at_once_are_those_drawn_alone():
    """reportlab embeds fonts through state that all threads share; the viewer draws in a web process."""
    names = [f"Mara {chr(0x100 + number * 7)}" for number in range(8)]
    alone = {name: draw({"cgmStats": stats(CGM)}, full_name=name) for name in names}
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as pool:
            together = list(
                pool.map(lambda name: draw({"cgmStats": stats(CGM)}, full_name=name), names * 3)
            )
    finally:
        sys.setswitchinterval(interval)

    assert together == [alone[name] for name in names * 3]


def elements(node, found):
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        element = kid.get_object()
        if not isinstance(element, int):
            found.append(element)
            elements(element, found)
    return found


def test_screen_readers_find_headings_paragraphs_and_tables():
    document, _ = read(draw({"cgmStats": stats(CGM), "bgmStats": stats(BGM)}))
    root = document.trailer["/Root"]
    found = elements(root["/StructTreeRoot"], [])
    kinds = [element["/S"] for element in found]

    assert root["/Lang"] == "en-US"
    assert root["/MarkInfo"]["/Marked"]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == kinds.count("/Table") == 2
    for row in (element for element in found if element["/S"] == "/TR"):
        assert len(row["/K"]) in (7, 5)  # with goals, without
        assert row["/K"][0].get_object()["/S"] == "/TH"
    pages = list(document.pages)
    for number, marked in zip(
        *[iter(root["/StructTreeRoot"]["/ParentTree"]["/Nums"])] * 2, strict=True
    ):
        drawn = pages[number].get_contents().get_data().decode("latin-1")
        assert [int(mark) for mark in re.findall(r"/MCID (\d+)", drawn)] == list(range(len(marked)))
        assert pages[number]["/StructParents"] == number


def test_everything_on_the_page_is_content_or_decoration():
    document, _ = read(draw({"cgmStats": stats(MISSING)}, goals=goals.PREGNANCY_TYPE_1))
    (page,) = document.pages
    depth = 0
    for operands, operator in page.get_contents().operations if page.get_contents() else []:
        depth += (operator in (b"BDC", b"BMC")) - (operator == b"EMC")
        assert 0 <= depth <= 1
        if operator in (b"Tj", b"f", b"S"):
            assert depth == 1, operands


def test_text_is_extracted_in_the_order_in_which_it_is_read():
    _, text = read(draw({"cgmStats": stats(CGM), "bgmStats": stats(BGM)}))
    order = [
        "Glucose report", "Hillside", "Patient", "Mara", "Date of birth", "MRN", "Goals for", "Continuous",
        "Time in range", "71.3%", "Mean glucose", "Share of time", "All high", "In range", "All low",
        "Hours with data", "Fingerstick", "Share of readings", "Days with readings", "Goals are for", "Drawn Mar",
    ]  # fmt: skip
    at = 0
    for part in order:
        at = text.index(part, at)


@pytest.mark.parametrize(("country", "width"), [("US", 612), ("CA", 595), ("DE", 595)])
def test_the_paper_is_letter_in_the_us_and_else_a4(country, width):
    document, _ = read(draw({"cgmStats": stats(CGM)}, country=country))

    assert int(document.pages[0].mediabox.width) == width


def test_what_has_no_room_goes_to_a_second_page_that_names_the_patient():
    summary = {"cgmStats": stats(CGM), "bgmStats": stats(BGM)}
    document, _ = read(draw(summary, goals=goals.PREGNANCY_TYPE_1))

    assert len(document.pages) == 2
    for number, page in enumerate(document.pages, start=1):
        text = page.extract_text()
        assert "Mara Quill" in text
        assert f"Page {number}" in text


@pytest.mark.parametrize("fitting", [goals.STANDARD, goals.PREGNANCY_TYPE_1])
def test_nothing_is_drawn_outside_the_page_or_twice_in_one_place(monkeypatch, fitting):
    placed = []
    write = pdf.Sheet.text

    def recorded(sheet, x, y, text, *, size=8.5, align=0, **style):
        end = write(sheet, x, y, text, size=size, align=align, **style)
        line = (
            text
            if not isinstance(text, str)
            else lettering.line(text, font=style.get("font", lettering.REGULAR))
        )
        placed.append((len(sheet._root.marked), end - line.width(size), end, y))
        return end

    monkeypatch.setattr(pdf.Sheet, "text", recorded)
    huge = {name: value * 9 for name, value in CGM.items()}
    block = stats({**huge, "averageGlucoseMmol": 999_999.0, "averageGlucoseMmolDelta": -999_999.0})
    names = dict.fromkeys(
        ("full_name", "mrn", "clinic_name", "birth_date"), "Wolfeschlegelstein " * 50
    )
    draw({"cgmStats": block, "bgmStats": stats(BGM)}, goals=fitting, **names)

    for page, left, right, y in placed:
        assert left >= pdf.MARGIN - 1
        assert right <= 612 - pdf.MARGIN + 8
        assert 20 <= y <= 792
        same = [p for p in placed if p[0] == page and p[3] == y and p[1] > left]
        assert all(other >= right - 1.5 for _, other, _, _ in same), (left, right, y)


# --- scripts ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name",
    [
        "Ngô Thị Ánh", "Αθηνά Παπαδοπούλου", "Оксана Їжак", "王小明", "田中 ひろこ", "김철수", "राजेश कुमार", "สมชาย",
        "Արամ", "გიორგი", "குமார்", "রহিম", "አበበ", "Zoë 😀🎉 👩‍👩‍👧",
    ],
)  # fmt: skip
def test_a_name_in_any_script_is_drawn_and_can_be_found_as_text(name):
    _, text = read(draw({"cgmStats": stats(CGM)}, full_name=name))

    assert name in text
    assert lettering.REPLACEMENT not in text


@pytest.mark.parametrize("name", ["محمد بن سلمان", "דוד לוי", "علی رضا پژمان"])
def test_a_name_from_right_to_left_is_shaped_and_read_in_its_order(name):
    lettering.register_fonts()
    line = lettering.line(name)
    document, text = read(draw({"cgmStats": stats(CGM)}, full_name=name))
    (element,) = (
        element
        for element in elements(document.trailer["/Root"]["/StructTreeRoot"], [])
        if "/ActualText" in element
    )

    assert name in text
    assert element["/ActualText"] == f"Patient {name}"
    drawn = [cluster.text for run in line.runs for cluster in run.clusters]
    assert "".join(reversed(drawn)) == name


def test_letters_of_arabic_are_joined():
    """A letter has another glyph at the beginning than at the end of a word."""
    face = faces.face_for("م", weight=400, han=faces.SIMPLIFIED)
    alone, joined = face.shape("م"), face.shape("ممم")

    assert len({cluster.glyphs[0].number for cluster in (*alone, *joined)}) == 4


def test_mixed_directions_keep_digits_and_latin_readable():
    lettering.register_fonts()
    latin_first = [run.text for run in lettering.line("Mara محمد 12").runs]
    arabic_first = [run.text for run in lettering.line("محمد 12 Mara").runs]

    assert latin_first == ["Mara ", "", "12"]
    assert arabic_first == ["12 Mara", ""]


@pytest.mark.parametrize(
    ("text", "country", "face"),
    [("王", "US", faces.SIMPLIFIED), ("王", "JP", faces.JAPANESE), ("王ひ", "US", faces.JAPANESE), ("王김", "CN", faces.KOREAN), ("王", "TW", 3)],
)  # fmt: skip
def test_han_characters_have_the_form_of_who_writes_them(text, country, face):
    assert faces.han_of(text, country) == face


@pytest.mark.parametrize("character", ["\ue000", "\U0010ffff", "\U00012000", "\x01", "\u0378"])
def test_a_character_that_no_font_has_is_marked(character):
    _, text = read(draw({"cgmStats": stats(CGM)}, full_name=f"Mara {character}Q"))

    assert f"Mara {lettering.REPLACEMENT}Q" in text


def test_marks_that_turn_the_text_around_them_are_left_out():
    assert lettering.printable("Mara \u202eQuill\u202c\n\tX") == "Mara Quill X"


# --- any length ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text", ["Long", "Quill ", "\u0301", "中", "\N{ZERO WIDTH JOINER}", "محمد ", "😀", "\x00"]
)
def test_a_hundred_times_longer_text_is_measured_no_longer(monkeypatch, text):
    """Operations, not time: characters that are measured, shaped or looked up."""
    counted = []
    width, shape, own = lettering.pdfmetrics.stringWidth, faces.Face.shape, lettering._parts
    monkeypatch.setattr(
        lettering.pdfmetrics,
        "stringWidth",
        lambda words, *style: counted.append(len(words)) or width(words, *style),
    )
    monkeypatch.setattr(
        faces.Face, "shape", lambda face, words: counted.append(len(words)) or shape(face, words)
    )
    monkeypatch.setattr(
        lettering, "_parts", lambda words, *rest: counted.append(len(words)) or own(words, *rest)
    )

    def cost(length):
        counted.clear()
        names = dict.fromkeys(("full_name", "mrn", "clinic_name"), text * (length // len(text)))
        draw({"cgmStats": stats(CGM)}, **names)
        return sum(counted)

    draw({"cgmStats": stats(CGM)})
    short, long = cost(1_000), cost(100_000)

    assert long == short
    assert short < 6 * 3 * 11 * lettering.LONGEST


@pytest.mark.parametrize("name", ["Mara Quill", "W" * 25, "i" * 60, "王" * 30, "محمد " * 12])
def test_a_name_that_fits_is_complete_and_a_cut_one_fills_the_line(name):
    lettering.register_fonts()
    line, size = lettering.fitted(name * 3, (13, 9), 279)
    whole, _ = lettering.fitted(name[:10], (13, 9), 279)

    assert whole.text == name[:10].strip()
    assert line.width(size) <= 279
    if line.text.endswith("…"):
        assert size == 9
        assert line.width(size) > 279 - 2 * 13
