"""The text part of a mail, made from the same words as the HTML part, so that the two cannot differ."""

import textwrap
from html.parser import HTMLParser

_WIDTH = 76
_BLOCKS = ("h1", "p", "li", "a")


def to_plain_text(fragment: str) -> str:
    """Paragraphs, numbered steps and addresses of a mail's body, wrapped, with empty lines between."""
    reader = _Reader()
    reader.feed(fragment)
    reader.close()
    return "\n\n".join(reader.blocks)


class _Reader(HTMLParser):
    """Reads the few elements that mail bodies consist of; a link is a block of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = []
        self._words: list[str] = []
        self._step = 0
        self._address = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "ol":
            self._step = 0
        if tag in _BLOCKS:
            self._words = []
        if tag == "li":
            self._step += 1
        if tag == "a":
            self._address = dict(attrs).get("href") or ""

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _BLOCKS:
            return
        words = " ".join("".join(self._words).split())
        self._words = []
        if words:
            self.blocks.append(self._block(tag, words))

    def _block(self, tag: str, words: str) -> str:
        if tag == "h1":
            return f"{words}\n{'=' * min(len(words), _WIDTH)}"
        if tag == "li":
            return _wrapped(words, first=f"{self._step}. ", rest="   ")
        if tag == "a":
            # On a line of its own and never wrapped: a wrapped address does not work.
            return f"{words}:\n{self._address}"
        return _wrapped(words)


def _wrapped(words: str, *, first: str = "", rest: str = "") -> str:
    return textwrap.fill(
        words,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
