"""Who asked for a merge, in words: staff, a command, or a caller of the API."""

from collections.abc import Iterable

from django.contrib.auth.models import User

from kernel import ids

STAFF = "staff:"
COMMAND = "uid:"
TOOL = "manage.py merge_clinics"


def names_of(requested_by: Iterable[str]) -> dict[str, str]:
    """By what merges have as `requestedBy`. An account that is gone has its id for a name."""
    asked = set(requested_by)
    staff = {ids.parse_id(staff_id(who)): who for who in asked if who.startswith(STAFF)}
    people = User.objects.filter(pk__in=[pk for pk in staff if pk]) if staff else ()
    usernames = {staff[person.pk]: person.get_username() for person in people}
    return {who: usernames.get(who) or _other(who) for who in asked}


def descriptions_of(requested_by: Iterable[str]) -> dict[str, str]:
    """As `names_of`, with what kind of caller it is, for people who read it alone."""
    return {who: _described(who, name) for who, name in names_of(requested_by).items()}


def _described(who: str, name: str) -> str:
    if who.startswith(STAFF):
        return name
    if who.startswith(COMMAND):
        return f"{TOOL}, run by user {who.removeprefix(COMMAND)} of the operating system"
    return f"the service {name}, by the API"


def staff_id(requested_by: str) -> str:
    return requested_by.removeprefix(STAFF)


def _other(requested_by: str) -> str:
    return TOOL if requested_by.startswith(COMMAND) else staff_id(requested_by)
