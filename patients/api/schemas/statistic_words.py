"""What each statistic of a period is, in words that the description uses for fields, differences and filters alike.

The bounds of the bands are those that the calculating service states in `config` of a summary; the usual ones are
named here.
"""

from patients.statistics import BANDS, Statistic

_BANDS = {
    "VeryLow": "very low (usually below 3.0 mmol/L)",
    "AnyLow": "low or very low (usually below 3.9 mmol/L)",
    "Low": "low (usually from 3.0 to 3.9 mmol/L)",
    "Target": "in the target range (usually from 3.9 to 10.0 mmol/L)",
    "High": "high (usually above 10.0 and up to 13.9 mmol/L)",
    "VeryHigh": "very high (usually above 13.9 mmol/L)",
    "ExtremeHigh": "extremely high (usually above 19.4 mmol/L)",
    "AnyHigh": "high or very high (usually above 10.0 mmol/L)",
}
_UNITS = {
    "Percent": "Share of the readings, of sensors that of the time they cover, that was {band}, as a fraction "
    "from 0 to 1",
    "Minutes": "Minutes in which glucose was {band}",
    "Records": "Number of readings that were {band}",
}
_WORDS = {
    "max": "Highest glucose, in mmol/L",
    "min": "Lowest glucose, in mmol/L",
    "averageGlucoseMmol": "Average glucose, in mmol/L",
    "glucoseManagementIndicator": "Glucose management indicator, an HbA1c in per cent as the average glucose "
    "suggests it",
    "timeCGMUsePercent": "Share of the period in which the sensor delivered readings, as a fraction from 0 to 1",
    "timeCGMUseMinutes": "Minutes in which the sensor delivered readings",
    "timeCGMUseRecords": "Number of readings that the sensor delivered",
    "averageDailyRecords": "Average number of readings a day",
    "totalRecords": "Number of readings",
    "hoursWithData": "Number of hours with readings",
    "daysWithData": "Number of days with readings",
    "standardDeviation": "Standard deviation of glucose, in mmol/L",
    "coefficientOfVariation": "Standard deviation of glucose divided by its average, as a fraction",
    **{
        f"timeIn{band}{unit}": words.format(band=_BANDS[band])
        for band in BANDS
        for unit, words in _UNITS.items()
    },
}
_DELTA = "Delta"
# Words for a unit -> comparisons with a value and with a difference.
_EXAMPLES = {
    "as a fraction": ("<0.7", "<-0.05"),  # first: a fraction of time in a range of mmol/L
    "HbA1c": (">=7.5", ">0.5"),
    "mmol/L": (">10.0", ">=1.5"),
}
_OF_NUMBERS = (">=2.5", "<-0.5")


def value(name: str) -> str:
    """What a statistic is, or its difference; without a full stop."""
    if name.endswith(_DELTA):
        return f"`{name.removesuffix(_DELTA)}` less that of the period before, in the same unit"
    return _WORDS[name]


def flag(entry: Statistic) -> str:
    return f"Whether there is a value of `{entry.name}`."


def comparison(name: str, *, is_whole: bool) -> str:
    """What a filter on a statistic, or on its difference, does."""
    example = _example(name, is_whole=is_whole)
    return f"Only patients for whom this holds, such as `{example}`: {_lowered(value(name))}."


def _example(name: str, *, is_whole: bool) -> str:
    """A comparison with a number that is usual in the unit."""
    if is_whole:
        return ">=3"
    of_value, of_difference = next(
        (
            examples
            for words, examples in _EXAMPLES.items()
            if words in _WORDS[name.removesuffix(_DELTA)]
        ),
        _OF_NUMBERS,
    )
    return of_difference if name.endswith(_DELTA) else of_value


def _lowered(words: str) -> str:
    return words[0].lower() + words[1:]
