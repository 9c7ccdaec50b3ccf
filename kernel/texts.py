"""Texts that people type: a normal form for each kind of text, and the forms for comparing and searching.

People paste names from tables and mails, with an extra blank, a line break, or letters and accents as two
characters. Two such texts look the same on every screen, so they are the same here: every input is normalised
before anything is checked, compared or stored. See docs/decisions/0014-text.md.
"""

import re
import unicodedata
from collections.abc import Container
from typing import Any

LONGEST = 256  # characters of a name or an MRN
# Longer texts are left as they are and refused later: putting combining marks in order takes quadratic time.
_LONGEST_TYPED = 1000
_LONGEST_WORD = 1000  # of a search: longer than any stored text
MOST_WORDS = 10  # of a search; the rest of the text is searched as it is
# Line breaks, tabs, and every other character that is drawn as a blank, or as nothing between two words. The
# control characters that separate files and records (U+001C to U+001F) are not among them: no one types them.
_BLANKS = re.compile(
    "[\t-\r \x85\xa0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+"
)
# Drawn as nothing anywhere: soft hyphen, word joiner, directions.
_NOTHING = re.compile("[\xad\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069]")
# Embeddings, overrides and isolates: each turns the text after it, up to its counterpart or the end of the paragraph.
DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_CONTROLS = re.compile("[\0-\x1f\x7f-\x9f]")
# They have a meaning between letters (Persian, Hindi), but not at the ends of a text.
_JOINERS = "\u200c\u200d"
# Brackets and quotes, which people copy along with a name, and which stored names have around a word of them.
OPENING = '([{<"\u00ab\u2039\u201c\u201e\u300c'
BRACKETS = OPENING + ")]}>\u00bb\u203a\u201d\u201f\u300d"
_BRACKETS = re.compile(f"[{re.escape(BRACKETS)}]+")
_ASCII_SIGNS = re.compile("[^0-9A-Za-z]+")
_SHARE_CODE = re.compile("[0-9A-Z]{12}")
_NOT_IN_CODES = re.compile(r"[\W_]+")
_NUMBERED = re.compile(r"(.* )\(([0-9]{1,18})\)", re.DOTALL)
# Letters without a separable accent that people type as plain ones, and signs that keyboards substitute.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
    | dict.fromkeys("\u2018\u2019\u201b\u02bb\u02bc\u2032`\xb4", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | dict.fromkeys(_JOINERS, "")
)
_NOT_SEARCHED = str.maketrans({"ŋ": "ng", "ŧ": "t", "ĸ": "q", "ə": "e"})
_LONGEST_FILE_NAME = 60
_TYPEWRITER = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u02bb\u02bc\u2032`\xb4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\xab\xbb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
)
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_E_FOR_DOTS = re.compile("([aou])e")
_HYPHENS = re.compile(r"(\w)[-\u2010\u2011](?=\w)")
# Letters, digits and signs as wide as Chinese characters, and the blank of that width.
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def camel_case(name: str) -> str:
    """`patient_count` -> `patientCount`."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def name(text: str) -> str:
    """The normal form of names (person, clinic, tag, site, provider, street): composed (NFC), single blanks,
    none at the ends."""
    if len(text) > _LONGEST_TYPED or _is_plain(text):
        return text
    visible = _NOTHING.sub("", unicodedata.normalize("NFC", text))
    return _BLANKS.sub(" ", visible).strip(" " + _JOINERS)


def written_elsewhere(*values: Any) -> str | None:
    """The first value that is a text and not blank, in its normal form, of bounded length and without control
    characters. For values of other services and of profiles, which may hold anything."""
    readable = (_readable(value) for value in values if isinstance(value, str))
    return next(filter(None, readable), None)


def _readable(text: str) -> str:
    return name(_CONTROLS.sub("", name(text[:_LONGEST_TYPED])))[:LONGEST].strip()


def mrn(text: str) -> str:
    """The normal form of a medical record number: like a name. Letter case and accents stay, but are ignored
    in comparisons."""
    return name(text)


def share_code(text: str) -> str:
    """Share codes as they are printed: `abcd efgh2345` is ABCD-EFGH-2345. Similar-looking letters are not
    exchanged. Any other text is treated like a name and upper-cased."""
    letters = _NOT_IN_CODES.sub("", name(text)).upper()
    if not _SHARE_CODE.fullmatch(letters):
        return name(text).upper()
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def key(text: str) -> str:
    """The form by which names are compared where they must be unique: letter case and compatibility forms do
    not count."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name(text)).casefold())


def key_without_blanks(text: str) -> str:
    """As `key`, where blanks do not count either: "Type 1" and "type1" are the same."""
    return key(text).replace(" ", "")


def free_name(name: str, taken_keys: Container[str]) -> str:
    """The name, or the first numbered one whose key is not taken: `A`, `A (2)`, `A (3)` …"""
    while key(name) in taken_keys:
        name = _next_name(name)
    return name


def _next_name(name: str) -> str:
    numbered = _NUMBERED.fullmatch(name)
    if numbered is None:
        return f"{name} (2)"
    return f"{numbered[1]}({int(numbered[2]) + 1})"


def is_same(first: str, second: str) -> bool:
    """Whether two names, codes or types are the same, however they were typed; two empty ones are not."""
    return bool(key(first)) and key(first) == key(second)


def for_file_name(text: str, *, otherwise: str) -> str:
    """Letters and digits that every system takes in the name of a file, as Lodz for Łódź; `otherwise` where there are
    none."""
    written = "".join(map(_written_plainly, name(text)))
    plain = without_signs(written.encode("ascii", "ignore").decode())
    return "-".join(plain.split())[:_LONGEST_FILE_NAME].strip("-") or otherwise


def _written_plainly(letter: str) -> str:
    """As searches have it, in its own case."""
    if letter.isascii():
        return letter
    plain = fold(letter).translate(_NOT_SEARCHED)
    return plain.capitalize() if letter.isupper() else plain


def as_confirmed(text: str) -> str:
    """The form in which a name that someone types once more is compared: letter case, blanks and compatibility forms do
    not count, and apostrophes, quotes and dashes are those of a keyboard. `asConfirmed` of the staff pages' script is
    the same, so it folds each letter by its capital, as a browser can: "ß" and "ẞ" are "ss", and "ı" is "i"."""
    typed = unicodedata.normalize("NFKC", name(text).translate(_TYPEWRITER))
    return name(unicodedata.normalize("NFKC", _by_capitals(_by_capitals(typed))))


def _by_capitals(text: str) -> str:
    return "".join(one.upper().lower() for one in text)


# --- searching ------------------------------------------------------------------------------------
def narrow(text: str) -> str:
    """With usual letters in place of wide ones."""
    return text.translate(_WIDE)


def fold(text: str) -> str:
    """The form that searches compare: neither letter case nor accents count, and O’Neil is O'Neil."""
    if text.isascii():
        return text.lower().replace("`", "'")
    # Signs first: NFKD makes a blank of an accent that stands alone (O´Neil).
    letters = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", plain.casefold().translate(_PLAIN))


def words(text: str) -> list[str]:
    """The folded words of a search, each once. A match contains all of them, in any order. Control
    characters, which no stored text contains, separate words, and so does the comma of "Meyer, Ada"."""
    typed = fold(name(_CONTROLS.sub(" ", text))).split(" ", MOST_WORDS - 1)
    parts = [word.rstrip(",;") or word for word in typed]
    unique = dict.fromkeys(word[:_LONGEST_WORD] for word in parts if word)
    return [word for word in unique if not any(word != other and word in other for other in unique)]


def words_of_staff(text: str) -> list[str]:
    """As `words`; brackets and quotes, which people copy along or stored names have, separate words, too. Where a
    text is nothing else, they are the words."""
    return words(_BRACKETS.sub(" ", text)) or words(text)


def has_words(search: str, *values: str) -> bool:
    """Whether each word of what staff search for is a part of one of the values, as it stands or as `letters`; an empty
    search finds everything."""
    folded = [fold(name(value)) for value in values]
    if all(any(word in value for value in folded) for word in words_of_staff(search)):
        return True
    spelt = [searched(value) for value in values]
    return all(any(word in value for value in spelt) for word in letters(search))


def letters(text: str) -> list[str]:
    """Its words folded and without apostrophes: few who look for O'Brien type one. No other sign belongs to a word,
    wherever it stands: both halves of a double name are words, and so are Robert, Bob and Smith of Robert (Bob) Smith.
    Where a text is nothing but signs, they are the words."""
    folded = fold(name(text)).replace("'", "")
    return without_signs(folded).split() or folded.split()


def spellings(text: str) -> list[str]:
    """The ways in which the same name is written: Müller, Mueller and Muller, Anne-Marie and Annemarie."""
    typed = name(text).casefold()
    written_out = typed.translate(_WRITTEN_OUT)
    forms = (typed, written_out, _E_FOR_DOTS.sub(r"\1", written_out), _HYPHENS.sub(r"\1", typed))
    return list(dict.fromkeys(" ".join(letters(form)) for form in forms))


def searched(text: str) -> str:
    """All `spellings` of a name in one text, of which each of the `letters` of a search has to be a part."""
    return "\x1f".join(spellings(text))


def without_brackets_around(text: str) -> str:
    return text.strip(BRACKETS) or text


def without_signs(text: str) -> str:
    """With blanks in place of all that is no letter, no accent of one and no digit."""
    if text.isascii():
        return _ASCII_SIGNS.sub(" ", text)
    return "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in text)


def _is_plain(text: str) -> bool:
    """Nearly every text is in its normal form already."""
    return (
        text.isascii() and text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]
    )
