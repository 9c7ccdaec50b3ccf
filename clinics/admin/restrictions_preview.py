"""Before membership restrictions are saved: who of the invited could still join, and who no longer."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from clinics.admin import readable_clinicians
from clinics.services import membership_restrictions
from kernel import addresses
from kernel.addresses import InvalidAddress
from kernel.db import Document
from kernel.staff import pages, roles

MOST_DOMAINS = 50
_ANYONE, _NO_ONE = "may join", "cannot join"


def of_restrictions(
    request: HttpRequest,
    clinic: Document,
    before: Sequence[Document] | None,
    after: Sequence[Document],
) -> dict[str, Any]:
    """By domain, because that is what decides; addresses for those who see them elsewhere too."""
    by_domain: dict[str, list[Document]] = defaultdict(list)
    for person in readable_clinicians.list_member_keys(clinic["_id"]):
        if person.get("email"):
            by_domain[_domain_of(person["email"])].append(person)
    rows = [_row(domain, people, before, after) for domain, people in sorted(by_domain.items())]
    return {
        "rows": rows[:MOST_DOMAINS],
        "more": len(rows) > MOST_DOMAINS,
        "lost": sum(row["loses"] * len(row["invited"]) for row in rows),
        "shows_addresses": pages.has(request, roles.MEMBERS),
    }


def _domain_of(address: str) -> str:
    try:
        return addresses.domain(address)
    except InvalidAddress:
        return "(no valid address)"


def _row(
    domain: str,
    people: Sequence[Document],
    before: Sequence[Document] | None,
    after: Sequence[Document],
) -> dict[str, Any]:
    invited = [person["email"] for person in people if not person.get("userId")]
    now, then = _words(before, people[0]["email"]), _words(after, people[0]["email"])
    return {
        "domain": domain,
        "invited": invited,
        "members": len(people) - len(invited),
        "before": now,
        "after": then,
        "loses": then == _NO_ONE and now != _NO_ONE,
        "may_join": then != _NO_ONE,
    }


def _words(restrictions: Sequence[Document] | None, address: str) -> str:
    """What an invited person finds who signs in without an identity provider."""
    answer = membership_restrictions.evaluate(restrictions, address, None)
    if answer["canAccept"]:
        return _ANYONE
    required = answer.get("requiredIdp")
    return f"only with {required}" if required else _NO_ONE
