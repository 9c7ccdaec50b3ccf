"""Operations on a clinic's tags."""

from bson import ObjectId
from rest_framework.response import Response

from clinics.api.schemas import clinics as schemas
from clinics.representation import clinics as representation
from clinics.services import sites, tags
from kernel.api.operations import Call, operation
from kernel.api.viewsets import ApiViewSet, empty
from kernel.errors import ConstraintViolation


class TagsViewSet(ApiViewSet):
    @operation(
        "CreatePatientTag",
        summary="Add a tag",
        body=schemas.TAG,
        raises=(ConstraintViolation,),
        responses={200: schemas.TAG},
    )
    def create(self, call: Call) -> Response:
        created = tags.create_tag(clinic_id=call.path["clinicId"], name=call.body["name"])
        return Response(representation.tag(created, {}))


class TagViewSet(ApiViewSet):
    @operation(
        "UpdatePatientTag", summary="Rename a tag", body=schemas.TAG, responses={200: schemas.TAG}
    )
    def update(self, call: Call) -> Response:
        renamed = tags.rename_tag(
            clinic_id=call.path["clinicId"], tag_id=_tag_id(call), name=call.body["name"]
        )
        return Response(representation.tag(renamed, {}))

    @operation(
        "DeletePatientTag",
        summary="Remove a tag, in a while from the patients too",
        responses={204: None},
    )
    def destroy(self, call: Call) -> Response:
        tags.delete_tag(clinic_id=call.path["clinicId"], tag_id=_tag_id(call))
        return empty(204)


class TagSiteViewSet(ApiViewSet):
    @operation(
        "ConvertPatientTagToSite",
        summary="Convert a tag to a site, which its patients get instead",
        responses={200: schemas.SITE},
    )
    def create(self, call: Call) -> Response:
        site, count = sites.convert_tag(clinic_id=call.path["clinicId"], tag_id=_tag_id(call))
        return Response(representation.site(site, count))


def _tag_id(call: Call) -> ObjectId:
    return ObjectId(call.path["patientTagId"])
