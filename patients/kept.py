"""Kept data: what is derived from records of patients and stored, so that lists and counts need not derive it.

The collections carry the version of the deriving functions in their names. So a process finds only what its own
version has written, and two versions of the service on one database, for a rolling deployment or for weeks, never
correct one another: each follows the records into collections of its own. What a version that is gone has left is
dropped after `patients.services.kept_versions.UNUSED` (decision 0019).

Raise VERSION when `patients.list_rows`, `patients.summary_answers` or the counts derive anything else from the same
record, or with other names; `tests/services/test_kept_versions.py` notices it. The new version derives everything by
itself; `manage.py prepare` does it before, while the old one still serves.
"""

VERSION = 6
# The counts of versions that did not know of rows, and added to the same documents whatever they changed.
COUNTS_WITHOUT_VERSION = "clinicPatientCounts"
_ROWS, _TEXTS, _COUNTS = BASES = ("patientLists", "patientAnswers", "patientCounts")
FOLLOWERS = "patients.lists"


def named(name: str, version: int | None = None) -> str:
    """The first version has no number."""
    version = version or VERSION
    return name if version == 1 else f"{name}{version}"


ROWS, TEXTS, COUNTS = (named(base) for base in BASES)
FOLLOWER = named(FOLLOWERS)


def follower_of(version: int) -> str:
    return named(FOLLOWERS, version)


def version_in(name: str, base: str) -> int | None:
    """The version in a name that `named` has made; None for any other name."""
    rest = name.removeprefix(base)
    if rest == name and name != base:
        return None
    if not rest:
        return 1
    is_number = rest.isdecimal() and rest == str(int(rest)) and int(rest) > 1
    return int(rest) if is_number else None
