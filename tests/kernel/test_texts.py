"""One normal form for each kind of text (decision 0013)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import texts

TYPED = [
    " QQ 1 ",
    "QQ  1",
    "QQ\t1",
    "QQ\r\n1",
    "QQ\u00a01",
    "QQ\u200b1",
    "\ufeffQQ 1",
    "QQ 1\u200d",
    "QQ\u3000 \u20281\u202c",
    "Q\u00adQ 1\u200e",
]
STORED = [texts.name, texts.mrn, texts.share_code]


@pytest.mark.parametrize("typed", TYPED, ids=ascii)
def test_texts_that_look_the_same_have_the_same_normal_form(typed):
    assert texts.name(typed) == texts.mrn(typed) == "QQ 1"


@pytest.mark.parametrize(
    "typed", ["", " ", "\t\n", "\u00a0\u200b", "\u200d", "\ufeff \u2060"], ids=ascii
)
def test_a_text_of_blanks_becomes_empty(typed):
    assert [form(typed) for form in (texts.name, texts.mrn, texts.share_code)] == ["", "", ""]


def test_a_decomposed_name_becomes_composed():
    assert texts.name("Be\u0301langer") == "B\u00e9langer"


def test_a_zero_width_joiner_between_letters_stays():
    assert texts.name("می\u200cخواهم") == "می\u200cخواهم"


def test_control_characters_are_not_removed():
    assert texts.name("a\0b\x1bc\x1fd") == "a\0b\x1bc\x1fd"


def test_a_very_long_text_is_not_normalised():
    """Ordering a long run of combining marks takes quadratic time, so such a text is left as it is and
    refused later."""
    marks = "a" + "\u0301\u0323" * 500_000
    assert texts.name(marks) is marks


@pytest.mark.parametrize(
    "typed",
    [
        "ABCD-EF23-4567",
        "abcd-ef23-4567",
        "abcdef234567",
        " AbCd ef23 4567\n",
        "ABCD\u2013EF23\u20134567",
        "abcd--ef23_4567",
    ],
    ids=ascii,
)
def test_spellings_of_a_share_code_become_its_printed_form(typed):
    assert texts.share_code(typed) == "ABCD-EF23-4567"


def test_similar_letters_in_share_codes_are_not_exchanged():
    assert texts.share_code("0oI1-2345-6789") == "0OI1-2345-6789"


def test_a_text_that_is_not_a_share_code_keeps_its_words():
    assert texts.share_code(" old code 7 ") == "OLD CODE 7"


def test_names_are_compared_without_case_and_compatibility_forms_and_with_accents():
    assert texts.is_same("North  Site", " north site")
    assert texts.is_same("\uff21da", "ada")
    assert not texts.is_same("B\u00e9langer", "Belanger")
    assert not texts.is_same(" ", "")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("belanger", "B\u00e9langer"),
        ("B\u00c9LANGER", "Be\u0301langer"),
        ("strasse", "Stra\u00dfe"),
        ("lukasz", "\u0141ukasz"),
        ("soren", "S\u00f8ren"),
        ("o'neil", "O\u2019Neil"),
        ("ada", "\uff21\uff24\uff21"),
        ("istanbul", "\u0130stanbul"),
    ],
    ids=ascii,
)
def test_searches_ignore_case_accents_and_typographic_quotes(typed, stored):
    assert texts.fold(typed) == texts.fold(stored)


def test_a_search_is_split_into_a_bounded_number_of_unique_words():
    assert texts.words("  Ada\u00a0 MEYER ada ") == ["ada", "meyer"]
    assert texts.words("ada adam") == ["adam"]
    assert texts.words(" ") == []
    many = " ".join(f"w{n}x" for n in range(20))
    assert len(texts.words(many)) == texts.MOST_WORDS


@given(st.text(max_size=60))
def test_a_normal_form_is_its_own_normal_form(text):
    for form in STORED:
        assert form(form(text)) == form(text)
    assert unicodedata.is_normalized("NFC", texts.name(text))


@pytest.mark.parametrize(
    "text", ["Ada \x1f Bell", "e\x1f\u0301", " \x1f \x1f", "a\x00\u0308 \x1fb"]
)
def test_a_text_of_another_service_is_in_its_normal_form_without_control_characters(text):
    written = texts.written_elsewhere(text)
    assert written == (texts.name(written) if written else None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Weiß", "Weiss"),
        ("Łódź", "Lodz"),
        ("Øresund Ærø", "Oresund-Aero"),
        ("Universitätsklinikum “Nord” / 2", "Universitatsklinikum-Nord-2"),
        ("Þór Đặng ﬁ ＡＢ", "Thor-Dang-fi-AB"),
        ("e\u0301 É", "e-E"),
        ("北京", "id"),
        ("…", "id"),
    ],
)
def test_the_name_of_a_file_has_every_letter(name, expected):
    assert texts.for_file_name(name, otherwise="id") == expected


def test_no_latin_letter_is_left_out_of_the_name_of_a_file():
    """But for signs of medieval and phonetic texts."""
    codes = (*range(0xC0, 0x180), *range(0x1E00, 0x1E9C), 0x1E9E, *range(0x1EA0, 0x1EFA))
    letters = filter(str.isalpha, map(chr, codes))
    assert [one for one in letters if not texts.for_file_name(one, otherwise="")] == []
