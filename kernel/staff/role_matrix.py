"""Roles and rights as they are in the database, for superusers: which role has which right, and opens which page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from kernel.staff import pages, roles

_APP = "clinics_site"
_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True, slots=True)
class Role:
    """`rights`: those that the group has now. `accounts`: how many that can sign in have it."""

    name: str
    rights: frozenset[str]
    accounts: int
    address: str

    @property
    def is_as_declared(self) -> bool:
        return self.rights == set(roles.ROLES.get(self.name, ()))


# No role has this right, so the page is for superusers alone.
@pages.page("roles/", name="role_matrix", needs=roles.RESET_SIGN_IN)
def matrix(request: HttpRequest) -> HttpResponseBase:
    words = _words()
    shown = _roles()
    return pages.render(
        request,
        "staff/role_matrix.html",
        title="Roles and rights",
        roles=shown,
        superusers=User.objects.filter(is_superuser=True, is_active=True).count(),
        rights=[
            {"words": text, "name": name, "roles": [name in role.rights for role in shown]}
            for name, text in words.items()
        ],
        pages=[_page(route, view, shown, words) for route, _, view in sorted(pages.PAGES)],
        differs=[role.name for role in shown if not role.is_as_declared],
    )


def _words() -> Mapping[str, str]:
    """Right -> what it allows, as the database has them."""
    return {f"{_APP}.{right.codename}": right.name for right in _rights()}


def _rights() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label=_APP).order_by("pk")


def _roles() -> list[Role]:
    """The declared ones in their order, then any others."""
    places = {name: place for place, name in enumerate(roles.ROLES)}
    names = {right.pk: f"{_APP}.{right.codename}" for right in _rights()}
    people = reverse("admin:auth_user_changelist")
    found = [
        Role(
            group.name,
            frozenset(names[right.pk] for right in group.permissions.all() if right.pk in names),
            User.objects.filter(groups=group, is_active=True, is_staff=True).count(),
            f"{people}?groups__id__exact={group.pk}",
        )
        for group in Group.objects.all()
    ]
    return sorted(found, key=lambda role: (places.get(role.name, len(places)), role.name))


def _page(
    route: str, view: pages.View, shown: list[Role], words: Mapping[str, str]
) -> dict[str, Any]:
    needs: list[str] = view.needs  # type: ignore[attr-defined]
    or_needs: str = view.or_needs  # type: ignore[attr-defined]
    return {
        "route": "/admin/" + _ARGUMENT.sub(r"{\1}", route),
        "needs": [words.get(right, right) for right in needs],
        "or_needs": words.get(or_needs, or_needs),
        "roles": [role.rights.issuperset(needs) or (or_needs in role.rights) for role in shown],
    }
