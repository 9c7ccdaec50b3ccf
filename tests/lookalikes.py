"""Spellings that a person, or a language collation, takes for the same address."""

PLAIN = "kim.doe@example.org"
# The same mailbox: made canonical on input.
SPELLINGS = {
    "case": "Kim.DOE@Example.ORG",
    "spaces around": "  kim.doe@example.org ",
    "full-width letters": "ｋｉｍ.doe@example.org",
    "full-width dot": "kim．doe@example．org",
    "full-width at": "kim.doe＠example.org",
    "mathematical letters": "𝓀𝒾𝓂.𝐝oe@example.org",
    "Kelvin sign": "\u212aim.doe@example.org",
    "line break behind": "kim.doe@example.org\r\n",
    "tab and no-break space around": "\tkim.doe@example.org\u00a0",
    "Roman numeral": "k\u2170m.\u217eoe@example.org",
}
# Spellings with the plain letters.
SAME_LETTERS = ("case", "spaces around", "line break behind", "tab and no-break space around")
# Not a mailbox: refused.
HIDDEN = {
    "soft hyphen": "kim\u00ad.doe@example.org",
    "zero-width space": "kim.doe\u200b@example.org",
    "zero-width joiner": "kim.d\u200doe@example.org",
    "zero-width no-break space": "\ufeffkim.doe@example.org",
    "NUL": "kim.doe\x00@example.org",
    "variation selector": "kim.doe\ufe0f@example.org",
    "right-to-left mark": "kim.doe@example.org\u200f",
    "Hangul filler": "kim\u3164.doe@example.org",
    "ideographic full stop": "kim.doe@example\u3002org",
    "trailing dot": "kim.doe@example.org.",
    "space within": "kim. doe@example.org",
    "no-break space within": "kim.\u00a0doe@example.org",
    "line break within": "kim.doe\n@example.org",
}
# Typed into an address field, but not an address that a mail could be sent to.
NO_ADDRESS = {
    "no address": "nonsense",
    "two addresses": "kim.doe@example.org,lee.doe@example.org",
    "two addresses apart": "kim.doe@example.org; lee.doe@example.org",
    "a name before it": '"Kim Doe" <kim.doe@example.org>',
    "brackets": "<kim.doe@example.org>",
    "mailto": "mailto:kim.doe@example.org",
    "another header": "kim.doe@example.org\nBcc: lee.doe@example.org",
    "NUL behind": "kim.doe@example.org\x00",
    "no domain": "kim.doe@",
}
ALL = {**SPELLINGS, **HIDDEN}
