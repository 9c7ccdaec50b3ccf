"""What is meant by a text that was copied along with its title."""

import pytest

from kernel import copied_texts, texts

CODE = "RKSE-ZNNK-US82"
CLINIC_ID, USER_ID = "6b09f5d3aa0c4f5e9b1c2d3e", "0d6c2b7e-55d1-4a53-9b7e-2f6a1c0e9d11"
TITLED = (
    *("Share code RKSE–ZNNK–US82", "Share code RKSE—ZNNK—US82", "Share code RKSE\u2011ZNNK\u2011US82"),
    *("Code RKSE – ZNNK – US82", "share code rkse_znnk_us82", "Share-Code RKSE-ZNNK-US82"),
    *('Share code "RKSE-ZNNK-US82"', "Share code “RKSE-ZNNK-US82”", "Share code (RKSE-ZNNK-US82)"),
    *("Sharecode: RKSE-ZNNK-US82.", "Invite code RKSE-ZNNK-US82", "Invitation code = RKSE ZNNK US82"),
    *("SHARE\u2011CODE: RKSEZNNKUS82", "Clinic’s share code is: RKSE-ZNNK-US82", "Clinic code #RKSE-ZNNK-US82"),
    *("Share code - RKSE-ZNNK-US82", "ＣＯＤＥ　ＲＫＳＥ－ＺＮＮＫ－ＵＳ８２", "code – [RKSE.ZNNK.US82],"),
)  # fmt: skip


@pytest.mark.parametrize("typed", TITLED)
def test_a_share_code_is_read_whatever_signs_it_has(typed):
    assert texts.share_code(copied_texts.meant_by(texts.name(typed))) == CODE


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (f"Clinic id: {CLINIC_ID}", CLINIC_ID),
        (f"id “{CLINIC_ID}”.", CLINIC_ID),
        (f"User’s ID – ({USER_ID})", USER_ID),
        (f"Account-Id {USER_ID}", USER_ID),
        ("patient id 0123456789", "0123456789"),
        ("mailto:ada@example.org", "ada@example.org"),
    ],
)
def test_an_id_or_address_is_read_without_its_title(typed, expected):
    assert copied_texts.meant_by(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        *("", "Code", "Coder Anna", "Idaho Diabetes Center", "Code Blue Clinic", CODE, USER_ID),
        *("Share code RKSE-ZNNK", "Ida Brown-Lake", f"code {CODE} of Harbor", "codeRKSEZNNKUS82"),
    ],
)
def test_any_other_text_stays_as_it_is(typed):
    assert copied_texts.meant_by(typed) == typed
