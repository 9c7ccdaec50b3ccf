"""Which member of the staff a person means: by the name of the account, the own name, or the e-mail address.

Events hold the name of the account, which also finds those whose account is gone.
"""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest

from kernel.staff.meant import KINDS, MOST_FOUND, Candidate, Found, Kind

KIND = "colleague"


def _find(_request: HttpRequest, typed: str) -> Found:
    """The one with exactly this name of an account, else those whose names and address have all of the words."""
    exact = User.objects.filter(username=typed).first()
    return Found([_candidate(one) for one in ([exact] if exact else _with_words(typed))])


def _with_words(typed: str) -> Sequence[User]:
    found = User.objects.filter(is_staff=True)
    for word in typed.split():
        names = ("username", "first_name", "last_name", "email")
        conditions = (Q(**{f"{name}__icontains": word}) for name in names)
        found = found.filter(
            next(conditions) | next(conditions) | next(conditions) | next(conditions)
        )
    return list(found.order_by("username")[: MOST_FOUND + 1])


def _candidate(account: User) -> Candidate:
    return Candidate(account.username, account.username, account.get_full_name())


KINDS[KIND] = Kind(_find, is_id=lambda typed: True, none="")
