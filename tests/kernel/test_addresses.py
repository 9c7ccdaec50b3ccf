"""Addresses have one canonical form, and texts that only look like an address are refused."""

from unittest.mock import patch

import pytest
from django.core.mail.message import sanitize_address
from hypothesis import given
from hypothesis import strategies as st

from kernel import addresses, speed
from kernel.addresses import InvalidAddress

PLAIN = "dot.kim@example.org"


@pytest.mark.parametrize(
    "text",
    [
        "Dot.Kim@Example.ORG",
        " dot.kim@example.org\n",
        "ｄｏｔ.ｋｉｍ@example.org",
        "dot．kim@example.org",
        "𝐝𝐨𝐭.𝓀𝒾𝓂@example.org",
        "dot.\u212aim@example.org",
        "dot.k\u2170m@example.org",
        "dot.kim@ｅxample。org".replace("。", "．"),
    ],
    ids=[
        "case",
        "space",
        "full width",
        "full-width dot",
        "mathematical",
        "kelvin",
        "roman",
        "domain",
    ],
)
def test_compatible_spellings_have_the_same_canonical_form(text):
    assert addresses.canonical(text) == PLAIN


@pytest.mark.parametrize("text", ["Dot.Kim@Example.ORG", " dot.kim@example.org\n"])
def test_a_stored_address_may_differ_in_case_and_in_spaces_around_it(text):
    assert addresses.account_address(text) == PLAIN
    assert addresses.is_same(text, PLAIN)


LOOK_ALIKES = (
    "ｄｏｔ.kim@example.org",
    "dot．kim@example.org",
    "𝐝ot.kim@example.org",
    "dot.\u212aim@example.org",
)


@pytest.mark.parametrize("text", [*LOOK_ALIKES, "dot.kim@ｅxample.org", "dot.kim@example\uff61org"])
def test_a_stored_look_alike_is_not_an_address(text):
    assert addresses.account_address(text) is None
    assert not addresses.is_same(text, PLAIN)


def test_domains_are_made_canonical_and_invalid_ones_refused():
    assert addresses.canonical_domain(" Example.ORG ") == "example.org"
    assert addresses.canonical_domain("xn--bcher-kva.example.org") == "bücher.example.org"
    for text in ("", "org", "a@example.org", "ex\u00adample.org", "＠example.org", "a b.org"):
        with pytest.raises(InvalidAddress):
            addresses.canonical_domain(text)


HIDDEN = map(
    chr,
    (
        *(0xAD, 0x200B, 0x200D, 0x2060, 0xFEFF, 0, 0x1B, 0x202E, 0x034F, 0x3164, 0x115F, 0x180E),
        *(0x16FE4, 0x13441),
        *(0xFE0F, 0xE0101, 0xE000, 0x3002),
    ),
)
SPACES = (" ", "\u00a0", "\u2028", "\n")


@pytest.mark.parametrize(
    "character", [*HIDDEN, *SPACES], ids=lambda character: f"U+{ord(character):04X}"
)
@pytest.mark.parametrize("place", [3, 10])
def test_invisible_control_and_separator_characters_are_refused(character, place):
    text = PLAIN[:place] + character + PLAIN[place:]
    with pytest.raises(InvalidAddress):
        addresses.canonical(text)
    assert not addresses.is_same(text, PLAIN)


@pytest.mark.parametrize("text", ["björn@example.org", "dоt@example.org", "doſt\u0307@example.org"])
def test_letters_beyond_ascii_before_the_at_sign_are_refused(text):
    with pytest.raises(InvalidAddress):
        addresses.canonical(text)


@pytest.mark.parametrize(
    "domain", ["straße.example", "λόγος.example", "bücher.example", "example.org"]
)
def test_the_mail_form_of_an_address_keeps_its_domain(domain):
    """IDNA 2003, which Django would use, maps ß and ς to other letters, and so to another domain."""
    for_mail = addresses.for_mail(f"dot@{domain}")
    assert for_mail.isascii()
    assert addresses.canonical(for_mail) == f"dot@{domain}"
    assert sanitize_address(for_mail, "utf-8") == for_mail


NO_ADDRESSES = (
    *(
        "",
        " ",
        "dot",
        "dot@",
        "@example.org",
        "a@b@example.org",
        "dot@example",
        "dot@example.c",
        "dot@1.2.3.4",
        "dot/kim@example.org",
        "d" * 65 + "@example.org",
        "dot..kim@example.org",
    ),
    *(
        "dot@exa mple.org",
        "dot@-example.org",
        "d" * 250 + "@example.org",
        " " * 2_000_000 + PLAIN,
        '"dot kim"@example.org',
    ),
)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_a_text_that_is_not_an_address_is_refused(text):
    with pytest.raises(InvalidAddress):
        addresses.canonical(text)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("dot@straße.example", "dot@strasse.example"),
        ("dоt@example.org", "dot@example.org"),
        ("", ""),
        (" ", " "),
    ],
)
def test_different_mailboxes_are_not_the_same(first, second):
    assert not addresses.is_same(first, second)


def test_a_domain_in_punycode_is_the_same_domain():
    assert addresses.is_same("dot@xn--bcher-kva.example.org", "dot@bücher.example.org")


@given(st.emails() | st.text(max_size=30).map(lambda local: f"{local}@example.org"))
def test_the_canonical_form_is_its_own_canonical_form(text):
    try:
        once = addresses.canonical(text)
    except InvalidAddress:
        return
    assert addresses.canonical(once) == once


PARTS = st.lists(st.text("axn09", min_size=1, max_size=5), min_size=1, max_size=4)


@given(
    *(PARTS, st.sampled_from("._+-"), PARTS, st.sampled_from(".-")),
    st.sampled_from(["org", "de", "local", "test", "arpa", "c", "xn"]),
)
def test_a_plainly_canonical_address_is_canonical(local, joint, domain, dot, tld):
    text = f"{joint.join(local)}@{dot.join(domain)}.{tld}"
    if speed.is_plainly_canonical(text):
        with patch.object(speed, "is_plainly_canonical", lambda _: False):
            assert addresses.canonical(text) == text


@given(st.text(max_size=40))
def test_every_text_has_a_key_and_only_addresses_share_the_key_of_an_address(text):
    key = addresses.key(text)
    assert key == "" or key.startswith("invalid:") or addresses.canonical(key) == key
