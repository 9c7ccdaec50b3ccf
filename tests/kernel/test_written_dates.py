"""Days as people write them."""

from datetime import date

import pytest

from kernel import clock
from kernel.written_dates import days_in, split

MAY_6 = [date(1984, 5, 6)]
EITHER = [date(1984, 5, 6), date(1984, 6, 5)]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1984-05-06", MAY_6),
        ("1984/5/6", MAY_6),
        ("1984.05.06", MAY_6),
        ("19840506", MAY_6),
        ("06.05.1984", MAY_6),
        ("6. 5. 1984", MAY_6),
        ("6 May 1984", MAY_6),
        ("6. may 1984", MAY_6),
        ("6th of May 1984", MAY_6),
        ("06-MAY-1984", MAY_6),
        ("May 6, 1984", MAY_6),
        ("May 6th 1984", MAY_6),
        (" 6 May 84 ", MAY_6),
        ("6. Mai 1984", MAY_6),
        ("25. März 1967", [date(1967, 3, 25)]),
        ("25. Maerz 1967", [date(1967, 3, 25)]),
        ("3. Oktober 1990", [date(1990, 10, 3)]),
        ("24. Dez. 1990", [date(1990, 12, 24)]),
        ("5/6/1984", EITHER),
        ("05-06-1984", EITHER),
        ("5/6/84", EITHER),
        ("25/12/1984", [date(1984, 12, 25)]),
        ("12/25/1984", [date(1984, 12, 25)]),
        ("5/5/1984", [date(1984, 5, 5)]),
        ("29 Feb 2023", []),
        ("31.02.1984", []),
        ("6 Mayonnaise 1984", []),
        ("0/0/1984", []),
        ("12345", []),
        ("1984", []),
        ("May 1984", []),
        ("Iris Moss", []),
        ("", []),
    ],
)
def test_a_day_is_read_in_every_form_in_which_people_write_it(text, days):
    assert days_in(text) == days


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1984-05-06", ""),
        ("Moss 6 May 1984", "Moss"),
        ("6th of May 1984 Iris Moss", "Iris Moss"),
        ("Moss, Iris (May 6, 1984)", "Moss, Iris"),
        ("Src00012 06.05.1984", "Src00012"),
        ("1984-05-06 Nr7 Oak", "Nr7 Oak"),
        ("Iris 2nd 6. Mai 1984 Oak 3", "Iris 2nd Oak 3"),
        ("Room 12, 6. 5. 1984", "Room 12,"),
    ],
)
def test_a_date_is_found_beside_a_name_that_may_have_digits_too(text, name):
    rest, written, days = split(text)
    assert days == MAY_6
    assert " ".join(rest.split()) == name
    assert days_in(written) == days


@pytest.mark.parametrize(
    "text", ["", "Iris Moss", "Nr7 Oak", "H-00123", "1984 Oak 5", "a 1 " * 250]
)
def test_a_text_without_a_date_stays_as_it_is(text):
    assert split(text) == (text, "", [])


def test_a_short_year_can_be_of_this_century_or_of_the_last():
    this = clock.now().year
    short = f"{this % 100:02}"
    assert days_in(f"6 May {short}") == [date(this, 5, 6), date(this - 100, 5, 6)]
