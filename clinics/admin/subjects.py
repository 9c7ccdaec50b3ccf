"""Names and pages for the ids of clinics, accounts, clinicians, tags and sites in audit events; names of what is gone
come from the archive."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from clinics.services import staff_reads
from kernel.staff import pages, roles
from kernel.staff.subjects import KINDS, Kind, add_names_of_clinics, by_key, in_clinic


def _account(request: HttpRequest, _: Any, user_id: str) -> str:
    is_found = pages.has(request, roles.FIND)
    return f"{reverse('admin:user_lookup')}?{urlencode({'q': user_id})}" if is_found else ""


_page_of_member = in_clinic("admin:clinic_member", roles.MEMBERS)


def _member(request: HttpRequest, clinic_id: Any, user_id: str) -> str:
    """For roles that change no members, the look-up."""
    return _page_of_member(request, clinic_id, user_id) or _account(request, clinic_id, user_id)


KINDS["user"] = Kind(roles.FIND, address=_account)
KINDS["clinician"] = Kind(
    roles.FIND,
    by_key(staff_reads.names_of_clinicians),
    _member,
)
KINDS["clinicianInvite"] = Kind(roles.MEMBERS, by_key(staff_reads.addresses_of_invites))
for _kind in ("tag", "site"):
    KINDS[_kind] = Kind(roles.FIND, address=in_clinic("admin:label", roles.SETTINGS, _kind))
add_names_of_clinics(staff_reads.names_of_any)
