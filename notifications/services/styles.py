"""How the mails are styled: one palette for light and dark, and the inline styles that mail clients need.

Most mail clients drop style sheets, so the light colours are inline on every element. The dark ones are in a media
query, which the clients that can show them understand.
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
# Text colours and their backgrounds: a test computes that each pair has a contrast of at least 4.5.
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
    """The fragment with a style on each element. Values in it are escaped, so none contains a tag."""
    for tag, style in INLINE.items():
        fragment = fragment.replace(f"<{tag}>", f'<{tag} class="text" style="{style}">')
    return fragment
