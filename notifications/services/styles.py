"""How the mails look: one palette for light and dark, and the inline styles mail clients need.

Mail clients drop style sheets more often than not, so the light look is inline on every element; the dark
one is a media query that the clients able to show it understand.
"""

FONT = "-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif"

LIGHT = {
    "page": "#eef1f6",
    "card": "#ffffff",
    "text": "#1f2933",
    "quiet": "#52606d",
    "button": "#2f4bb3",
    "on_button": "#ffffff",
    "line": "#d9dfe8",
}
DARK = {
    "page": "#12161c",
    "card": "#1c222b",
    "text": "#e8edf3",
    "quiet": "#aab6c4",
    "button": "#a9bcff",
    "on_button": "#12161c",
    "line": "#343d4a",
}
# Which colour is read on which: each pair keeps a contrast of 4.5 or more, as a test computes.
READ_ON = (
    ("text", "card"),
    ("quiet", "card"),
    ("quiet", "page"),
    ("on_button", "button"),
)

_TEXT = f"font-family:{FONT};color:{LIGHT['text']};"
INLINE = {
    "h1": f"{_TEXT}margin:0 0 16px;font-size:22px;line-height:30px;font-weight:600;",
    "p": f"{_TEXT}margin:0 0 16px;font-size:16px;line-height:24px;",
    "ol": f"{_TEXT}margin:0 0 16px;padding:0 0 0 24px;font-size:16px;line-height:24px;",
    "li": "margin:0 0 8px;",
}


def with_inline_styles(fragment: str) -> str:
    """The fragment with a style on each element. Values in it are escaped, so no value holds a tag."""
    for tag, style in INLINE.items():
        fragment = fragment.replace(f"<{tag}>", f'<{tag} class="text" style="{style}">')
    return fragment
