"""Days as people write them: 1984-05-06, 5/6/1984, 06.05.1984, 6 May 1984, May 6, 1984, 6. Mai 1984, 19840506.

What can mean two days means both: 5/6/1984 is one in Europe and another in the USA, and '84 may be a child's or that
of someone of a hundred years.
"""

import calendar
import re
from collections.abc import Iterator
from datetime import date

from kernel import clock, texts

Parts = tuple[str, str, str]  # year, month, day
_MONTHS = {name.lower(): str(number) for number, name in enumerate(calendar.month_name) if name}
# German ones that begin otherwise, without accents.
_MONTHS |= {"maerz": "3", "mrz": "3", "mai": "5", "oktober": "10", "dezember": "12"}
_LETTERS_OF_MONTH = 3
_YEAR, _SHORT_YEAR = r"(\d{4})", r"(\d{4}|'?\d{2})"
_NUMBER, _MONTH = r"(\d{1,2})", r"([a-z]{3,9})\.?"
_YEAR_FIRST = re.compile(rf"{_YEAR}[-./ ]{_NUMBER}[-./ ]{_NUMBER}")
_WORD = re.compile(r"\S+")
_MOST_WORDS = 4  # of a date: "6 of May 1984"
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_FIRST = re.compile(rf"{_NUMBER}\. ?{_NUMBER}\. ?{_SHORT_YEAR}")
_EITHER_FIRST = re.compile(rf"{_NUMBER}[-/ ]{_NUMBER}[-/ ]{_SHORT_YEAR}")
_DAY_AND_WORD = re.compile(rf"{_NUMBER}(?:st|nd|rd|th|\.)?[- ]?(?:of )?{_MONTH}[-, ]+{_SHORT_YEAR}")
_WORD_AND_DAY = re.compile(rf"{_MONTH} ?{_NUMBER}(?:st|nd|rd|th)?,? {_SHORT_YEAR}")


def split(text: str) -> tuple[str, str, list[date]]:
    """What stands around a date, the date as it was written, and the days that it can mean: "Ada Moss (6 May 1984)".
    The whole text, "" and no days where there is no date."""
    if days := days_in(text):
        return "", text, days
    for begin, end in _spans(text):
        date_text = text[begin:end].strip(" ,;()")
        if days := days_in(date_text):
            return f"{text[:begin]} {text[end:]}", date_text, days
    return text, "", []


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Words that stand side by side and have a digit, the longest first: a name may have digits, too."""
    found = list(_WORD.finditer(text))
    for length in range(_MOST_WORDS, 0, -1):
        for first, last in zip(found, found[length - 1 :], strict=False):
            if any(map(str.isdigit, text[first.start() : last.end()])):
                yield first.start(), last.end()


def days_in(text: str) -> list[date]:
    """The days that the whole text can mean, the likelier one first; none if it is no date."""
    days = (day for parts in _readings(texts.fold(text.strip())) for day in _days(*parts))
    return list(dict.fromkeys(days))


def _readings(text: str) -> Iterator[Parts]:
    for pattern, order in _FORMS:
        if found := pattern.fullmatch(text):
            year, month, day = (found[place] for place in order)
            yield year, month, day


_FORMS = (
    (_YEAR_FIRST, (1, 2, 3)),
    (_COMPACT, (1, 2, 3)),
    (_DAY_FIRST, (3, 2, 1)),
    (_EITHER_FIRST, (3, 1, 2)),
    (_EITHER_FIRST, (3, 2, 1)),
    (_DAY_AND_WORD, (3, 2, 1)),
    (_WORD_AND_DAY, (3, 1, 2)),
)


def _days(year: str, month: str, day: str) -> Iterator[date]:
    for full_year in _years(year.removeprefix("'")):
        try:
            yield date(full_year, int(_number_of(month)), int(day))
        except ValueError:
            continue


def _number_of(month: str) -> str:
    """The month may be a number, or a name or its beginning; "0" for any other word."""
    if month.isdecimal():
        return month
    beginning = month[:_LETTERS_OF_MONTH]
    known = (number for name, number in _MONTHS.items() if name.startswith(beginning))
    return next(known, "0")


def _years(year: str) -> list[int]:
    if len(year) > 2:
        return [int(year)]
    century, short = divmod(clock.now().year, 100)
    this_century = [century * 100 + int(year)] if int(year) <= short else []
    return [*this_century, (century - 1) * 100 + int(year)]
