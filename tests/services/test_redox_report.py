"""The embedded report: what a clinician can read in it."""

import io
from datetime import datetime

import pytest
from pypdf import PdfReader

from ehr.report import pdf
from ehr.report.content import Subject
from tests.services.test_redox_messages import BGM, CGM, stats

DRAWN = datetime.fromisoformat("2026-03-02T14:05:00+00:00")


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


def test_the_report_names_patient_clinic_and_period_in_the_time_zone_of_the_clinic():
    _, words = read(draw({"cgmStats": stats(CGM)}))

    for expected in ("Mara Quill-Жукова", "1991-04-17", "QX-40881", "Hillside Endocrinology"):
        assert expected in words
    assert "Feb 16, 2026 – Mar 2, 2026" in words
    assert "US/Central" in words
    assert "Mar 2, 2026, 08:05" in words


@pytest.mark.parametrize(
    ("units", "expected"),
    [("mg/dL", ["152 mg/dL", "70–180 mg/dL"]), ("mmol/L", ["8.4 mmol/L", "3.9–10.0 mmol/L"])],
)
def test_the_report_uses_the_units_of_the_clinic(units, expected):
    _, words = read(draw({"cgmStats": stats(CGM)}, units=units))

    assert all(text in words for text in expected)


def test_the_report_shows_cgm_and_bgm_with_goals():
    _, words = read(draw({"cgmStats": stats(CGM), "bgmStats": stats(BGM)}))

    for expected in (
        "71%",
        "6.9%",
        "90%",
        "13 of 14",
        "301 of 336",
        "Goal: 36% or less",
        "more than 70%",
        "40",
    ):
        assert expected in words
    assert "<1%" in words  # 0.42% very low is shown although it rounds to zero


def test_the_report_says_that_it_has_no_daily_pattern():
    assert "shows no daily pattern" in read(draw({"cgmStats": stats(CGM)}))[1]


def test_the_report_says_when_there_is_too_little_data_or_none():
    sparse = {name: value for name, value in CGM.items() if not name.startswith("timeIn")}

    assert "Too little CGM data" in read(draw({"cgmStats": stats(sparse)}))[1]
    assert "no glucose data" in read(draw({}))[1]


def test_the_report_is_one_small_accessible_page_with_embedded_fonts():
    content = draw({"cgmStats": stats(CGM), "bgmStats": stats(BGM)})
    document, _ = read(content)

    assert len(document.pages) == 1
    assert len(content) < 200_000
    assert document.trailer["/Root"]["/Lang"] == "en-US"
    assert document.metadata.title == "Glucose report, 14 days"
    fonts = document.pages[0]["/Resources"]["/Font"].values()
    used_fonts = [font.get_object() for font in fonts]
    embedded = [
        f for f in used_fonts if "/FontDescriptor" in f and "/FontFile2" in f["/FontDescriptor"]
    ]
    assert embedded


def test_the_report_is_the_same_for_the_same_input():
    assert draw({"cgmStats": stats(CGM)}) == draw({"cgmStats": stats(CGM)})


def test_characters_without_glyph_are_marked_and_long_names_fit():
    _, words = read(draw({"cgmStats": stats(CGM)}, full_name="中 " + "Long" * 60))

    assert "\N{REPLACEMENT CHARACTER}" in words
    assert "…" in words


@pytest.mark.parametrize("text", ["Long", "Quill ", "\u0301", "中", "\N{ZERO WIDTH JOINER}"])
def test_only_the_part_of_a_name_that_fits_is_measured(monkeypatch, text):
    measured = []
    width = pdf.pdfmetrics.stringWidth

    def counted(words, *style):
        measured.append(len(words))
        return width(words, *style)

    monkeypatch.setattr(pdf.pdfmetrics, "stringWidth", counted)
    draw({"cgmStats": stats(CGM)})
    usual, measured[:] = sum(measured), []

    draw(
        {"cgmStats": stats(CGM)},
        full_name=text * 40_000,
        mrn=text * 40_000,
        clinic_name=text * 40_000,
    )

    assert sum(measured) < usual + 3 * 2 * pdf.LONGEST


@pytest.mark.parametrize("name", ["Mara Quill", "W" * 25, "i" * 60])
def test_a_name_that_fits_is_complete_and_a_cut_one_fills_the_line(name):
    pdf._register_fonts()
    fitted = pdf._fitted(name * 3, pdf.BOLD, 13, 279)
    width = pdf.pdfmetrics.stringWidth(fitted, pdf.BOLD, 13)

    assert pdf._fitted(name[:10], pdf.BOLD, 13, 279) == name[:10]
    assert width <= 279
    if fitted.endswith("…"):
        assert width > 279 - 2 * pdf.pdfmetrics.stringWidth("W", pdf.BOLD, 13)
