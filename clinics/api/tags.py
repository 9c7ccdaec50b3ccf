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
        description="409 when the clinic has a tag of that name, letter case and blanks aside; 422 when it has 50 "
        "tags. An `id` in the body is ignored.",
        body=schemas.TAG,
        described_body=schemas.TAG_WRITE,
        raises=(ConstraintViolation,),
        responses={200: schemas.TAG},
    )
    def create(self, call: Call) -> Response:
        created = tags.create_tag(clinic_id=call.path["clinicId"], name=call.body["name"])
        return Response(representation.tag(created, {}))


class TagViewSet(ApiViewSet):
    @operation(
        "UpdatePatientTag",
        summary="Rename a tag",
        description="409 when another tag of the clinic has that name, letter case and blanks aside. An `id` in the "
        "body is ignored.",
        body=schemas.TAG,
        described_body=schemas.TAG_WRITE,
        responses={200: schemas.TAG},
    )
    def update(self, call: Call) -> Response:
        renamed = tags.rename_tag(
            clinic_id=call.path["clinicId"], tag_id=_tag_id(call), name=call.body["name"]
        )
        return Response(representation.tag(renamed, {}))

    @operation(
        "DeletePatientTag",
        summary="Remove a tag, in a while from the patients too",
        description="It is gone from the clinic at once; a worker takes it from the patients a little later. 204 "
        "also when it was gone already.",
        responses={204: None},
    )
    def destroy(self, call: Call) -> Response:
        tags.delete_tag(clinic_id=call.path["clinicId"], tag_id=_tag_id(call))
        return empty(204)


class TagSiteViewSet(ApiViewSet):
    @operation(
        "ConvertPatientTagToSite",
        summary="Convert a tag to a site, which its patients get instead",
        description="A site gets the name, with a number behind it where a site has that name already, and everyone "
        "with the tag gets the site. 409 when the clinic has 50 sites.",
        responses={200: schemas.SITE},
    )
    def create(self, call: Call) -> Response:
        site, count = sites.convert_tag(clinic_id=call.path["clinicId"], tag_id=_tag_id(call))
        return Response(representation.site(site, count))


def _tag_id(call: Call) -> ObjectId:
    return ObjectId(call.path["patientTagId"])
