"""Saved views of a clinic's list of patients."""

from bson import ObjectId
from django.http import QueryDict
from rest_framework.response import Response

from kernel.api import parameters
from kernel.api import schema as s
from kernel.api.operations import Call, operation
from kernel.api.viewsets import ApiViewSet, empty
from kernel.choices import ClinicianRole
from kernel.db import Document
from kernel.errors import BadRequest, ConstraintViolation
from kernel.policy import Caller
from patients.api.schemas import list_views as schemas
from patients.api.schemas.patient_parameters import LIST_PARAMETERS
from patients.representation.list_views import view
from patients.services import list_views, patient_lists
from patients.services.list_views import ViewDetails, Viewer

_VIEW = {"viewId": s.object_id(description="Id of the view.")}
_NO_CONDITIONS = {"search", "offset", "limit"}
_CONDITIONS = {p.name: p for p in LIST_PARAMETERS if p.name not in _NO_CONDITIONS}
NO_SEARCH = "a search text is no part of a view"
UNKNOWN = "a condition is no parameter of the list"


class PatientViewsViewSet(ApiViewSet):
    @operation(
        "ListPatientViews",
        summary="List saved views of the patient list",
        description="The caller's own views and those that the clinic shares. An array that is empty when there are "
        "none.",
        always_found=True,
        responses={200: schemas.VIEWS},
    )
    def page(self, call: Call) -> Response:
        return Response([view(one) for one in list_views.list_views(_viewer(self.caller))])

    @operation(
        "CreatePatientView",
        summary="Save a view of the patient list",
        description="Conditions are checked as ListPatients checks its parameters. A member has up to 50 views, a "
        "clinic shares up to 100: 422 when there are as many. 409 for a name that is taken.",
        body=schemas.VIEW_WRITE,
        raises=(ConstraintViolation,),
        always_found=True,
        responses={200: schemas.VIEW},
    )
    def create(self, call: Call) -> Response:
        created = list_views.create_view(_viewer(self.caller), _details(call.body))
        return Response(view(created))


class PatientViewViewSet(ApiViewSet):
    @operation(
        "GetPatientView",
        summary="Get a saved view",
        description="One of the caller's own, or of those that the clinic shares.",
        path=_VIEW,
        responses={200: schemas.VIEW},
    )
    def retrieve(self, call: Call) -> Response:
        return Response(view(list_views.access_view(_viewer(self.caller), call.path["viewId"])))

    @operation(
        "UpdatePatientView",
        summary="Replace a saved view",
        description="All of it, so what is left out goes. A shared view is changed by the member who made it and by "
        "admins, others get 403. It can be shared, or not any more: then the one who does so has it.",
        path=_VIEW,
        body=schemas.VIEW_WRITE,
        raises=(ConstraintViolation,),
        responses={200: schemas.VIEW},
    )
    def update(self, call: Call) -> Response:
        viewer, details = _viewer(self.caller), _details(call.body)
        return Response(view(list_views.update_view(viewer, call.path["viewId"], details)))

    @operation(
        "DeletePatientView",
        summary="Remove a saved view",
        description="One's own; a shared one is removed by the member who made it and by admins, others get 403.",
        path=_VIEW,
        responses={204: None},
    )
    def destroy(self, call: Call) -> Response:
        list_views.delete_view(_viewer(self.caller), call.path["viewId"])
        return empty(204)


def _viewer(caller: Caller) -> Viewer:
    return Viewer(
        clinic_id=ObjectId(caller.path["clinicId"]),
        user_id=caller.principal.user_id,
        is_admin=ClinicianRole.ADMIN in caller.roles,
    )


def _details(body: Document) -> ViewDetails:
    """Raises BadRequest for conditions that ListPatients would refuse."""
    conditions = body["conditions"]
    _check(conditions)
    return ViewDetails(
        name=body["name"],
        is_shared=body.get("shared", False),
        conditions=conditions,
        columns=body.get("columns", []),
    )


def _check(conditions: Document) -> None:
    if "search" in conditions:
        raise BadRequest(NO_SEARCH)
    if not conditions.keys() <= _CONDITIONS.keys():
        raise BadRequest(UNKNOWN)
    query = QueryDict(mutable=True)
    query.update(conditions)
    asked = parameters.read_query(query, _CONDITIONS.values())
    patient_lists.read_filter(asked)
    patient_lists.read_ordering(asked)
