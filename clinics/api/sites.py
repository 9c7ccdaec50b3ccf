"""Operations on a clinic's sites."""

from bson import ObjectId
from rest_framework.response import Response

from clinics.api.schemas import clinics as schemas
from clinics.representation import clinics as representation
from clinics.services import sites
from kernel import ids
from kernel.api.operations import Call, operation
from kernel.api.viewsets import ApiViewSet, empty
from kernel.db import Document
from kernel.errors import ConstraintViolation
from patients.services import tags_and_sites

_SITE_ID = {"siteId": schemas.PATH_ID}


class SitesViewSet(ApiViewSet):
    @operation(
        "CreateSite",
        summary="Add a site",
        description="409 when the clinic has a site of that name, letter case aside; 422 when it has 50 sites.",
        body=schemas.NEW_SITE,
        raises=(ConstraintViolation,),
        responses={200: schemas.SITE},
    )
    def create(self, call: Call) -> Response:
        created = sites.create_site(clinic_id=call.path["clinicId"], name=call.body["name"])
        return Response(representation.site(created, 0))


class SiteViewSet(ApiViewSet):
    @operation(
        "UpdateSite",
        summary="Rename a site, in its patients too",
        description="409 when another site of the clinic has that name, letter case aside. An `id` in the body is "
        "ignored.",
        path=_SITE_ID,
        body=schemas.SITE,
        described_body=schemas.SITE_UPDATE,
        responses={200: schemas.SITE},
    )
    def update(self, call: Call) -> Response:
        renamed = sites.rename_site(
            clinic_id=call.path["clinicId"],
            site_id=ObjectId(call.path["siteId"]),
            name=call.body["name"],
        )
        return _counted(call, renamed)

    @operation(
        "DeleteSite",
        summary="Remove a site, from its patients too",
        description="All patients lose it in the same moment.",
        path=_SITE_ID,
        responses={204: None},
    )
    def destroy(self, call: Call) -> Response:
        sites.delete_site(clinic_id=call.path["clinicId"], site_id=ObjectId(call.path["siteId"]))
        return empty(204)


class SiteMergeViewSet(ApiViewSet):
    @operation(
        "MergeSite",
        summary="Merge another site of the clinic into this one",
        description="The site of the path stays, that of the body goes: everyone who has it gets the other one.",
        path=_SITE_ID,
        body=schemas.SITE_BY_ID,
        described_body=schemas.SITE_MERGE,
        responses={200: schemas.SITE},
    )
    def create(self, call: Call) -> Response:
        merged = sites.merge_site(
            clinic_id=call.path["clinicId"],
            target_id=ObjectId(call.path["siteId"]),
            source_id=ids.parse_id(call.body.get("id")),
        )
        return _counted(call, merged)


def _counted(call: Call, site: Document) -> Response:
    count = tags_and_sites.count_site(ObjectId(call.path["clinicId"]), site["id"])
    return Response(representation.site(site, count))
