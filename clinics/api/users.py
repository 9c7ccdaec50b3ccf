"""Operations on an account's records in all clinics."""

from rest_framework.response import Response

from clinics.api.clinics import INTERNAL
from clinics.api.schemas.clinicians import USER_DETAILS
from clinics.services import users
from kernel.api import schema as s
from kernel.api.operations import Call, operation
from kernel.api.viewsets import ApiViewSet, empty
from kernel.errors import ConstraintViolation

_USER_ID = {"userId": s.ref("tidepooluserid")}


class UserClinicsViewSet(ApiViewSet):
    @operation(
        "DeleteUserFromClinics",
        tags=INTERNAL,
        summary="Remove a user from all clinics, as patient and as clinician",
        description="Records are archived. A clinic whose last clinician goes keeps its custodial patients and "
        "loses the others. 200 also when the user is in no clinic.",
        path=_USER_ID,
        always_found=True,
        responses={200: None},
    )
    def destroy(self, call: Call) -> Response:
        users.delete_user(call.path["userId"], deleted_by=call.principal.acting_user_id)
        return empty()

    @operation(
        "UpdateClinicUserDetails",
        tags=INTERNAL,
        summary="Set a user's address in all clinics",
        description="Without an address the user's patient records lose theirs.",
        path=_USER_ID,
        body=USER_DETAILS,
        body_required=False,
        raises=(ConstraintViolation,),
        always_found=True,
        responses={200: None},
    )
    def update(self, call: Call) -> Response:
        users.update_email(call.path["userId"], (call.body or {}).get("email"))
        return empty()
