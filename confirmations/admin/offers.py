"""People who offer to share their data with a clinic: the offers that wait for its answer, and revoking one."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import frame, readable_clinics, removals
from confirmations.services import clinic_shares, people
from confirmations.services.claim_links import CLINIC_SIDE
from kernel import safe_reading
from kernel.db import Document
from kernel.staff import pages, paging, roles

frame.add_tab(frame.Tab("clinic_offers", "Patients' invitations", roles.PATIENTS, position=25))


@pages.page("clinics/<str:clinic_id>/offers/", name="clinic_offers", needs=roles.PATIENTS)
def listing(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    number, size = paging.requested(request)
    found = clinic_shares.page_of_offers(str(clinic["_id"]), skip=(number - 1) * size, limit=size)
    offers = [_row(offer) for offer in found]
    pages.record_view(
        request,
        action="offers.listed",
        object_type="clinic",
        object_id=str(clinic["_id"]),
        clinic_id=clinic["_id"],
        scope={"people": [offer["user_id"] for offer in offers]},
    )
    return frame.render(
        request,
        clinic,
        "confirmations/staff/offers.html",
        tab="clinic_offers",
        offers=offers,
        paging=paging.paging(request, shown=len(offers), total=None),
    )


def _row(offer: Document) -> dict[str, Any]:
    user_id = safe_reading.text(offer.get("creatorId")) or ""
    return {
        "id": str(offer["_id"]),
        "user_id": user_id,
        "name": people.name_of_sharer(people.find_profile(user_id)),
        "created": safe_reading.moment(offer.get("created")),
        "expires": safe_reading.moment(offer.get("expiresAt")),
    }


@pages.page(
    "clinics/<str:clinic_id>/offers/<str:offer_id>/revoke",
    name="clinic_offer_revoke",
    needs=[roles.PATIENTS, roles.CARE],
)
def revoke(request: HttpRequest, clinic_id: str, offer_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    key = str(clinic["_id"])
    offer = _row(clinic_shares.access_offer(key, offer_id))
    back = reverse("admin:clinic_offers", args=[clinic_id])
    pages.record_view_of_patient(request, clinic_id=clinic["_id"], user_id=offer["user_id"])
    removal = removals.Removal(
        title="Revoke an invitation",
        action="offer.revoked",
        consequences=[
            f"{clinic.get('name')} can no longer accept the data of {offer['name']}.",
            "The person sees it as declined, and can invite the clinic again.",
        ],
        typed=offer["name"],
        object_type="patient",
        object_id=offer["user_id"],
        remove=lambda: clinic_shares.withdraw_or_decline(
            clinic_id=key, invite_id=offer_id, caller=CLINIC_SIDE
        ),
        back=back,
        done="The invitation was revoked.",
        done_url=back,
    )
    return removals.handle(request, clinic, removal)
