"""Texts of answers are kept compressed, with a dictionary of what is the same in all of them (decision 0019).

Most of a text are the names of its statistics, and a text alone is too short to learn them. The dictionary was trained
with invented patients: `python -m scripts.text_dictionary`. With a new one raise the version of kept
data (`patients.kept`). A text of another dictionary counts as missing, and the daily check makes it again.
"""

from pathlib import Path

from backports import zstd

_LEVEL = 7  # a quarter smaller than 3, and 0.2 ms dearer to make; reading costs the same
DICTIONARY = Path(__file__).with_name("texts.zstd-dictionary")
_DICTIONARY = zstd.ZstdDict(DICTIONARY.read_bytes())


def compress(text: bytes) -> bytes:
    return zstd.compress(text, _LEVEL, zstd_dict=_DICTIONARY)


def decompress(compressed: bytes) -> bytes | None:
    """None if it was compressed with another dictionary."""
    try:
        return zstd.decompress(compressed, _DICTIONARY)
    except zstd.ZstdError:
        return None
