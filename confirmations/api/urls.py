"""Routes of the app's operations."""

from django.urls import URLPattern, path, re_path

from confirmations.api import (
    care_team,
    clinician_invites,
    patient_invites,
    resets,
    signups,
)
from confirmations.api.viewsets import BROKEN_LINK
from kernel import health
from kernel.api.viewsets import route

_CLINIC = "/v1/clinics/<clinicId>/invites"
_OWN = "/v1/clinicians/<userId>/invites"

urlpatterns: list[URLPattern] = [
    # A clinic and its clinicians
    route(f"{_CLINIC}/clinicians", clinician_invites.ClinicianInvitesViewSet, post="create"),
    route(
        f"{_CLINIC}/clinicians/<inviteId>",
        clinician_invites.ClinicianInviteViewSet,
        get="retrieve",
        patch="resend",
        delete="destroy",
    ),
    route(_OWN, clinician_invites.OwnInvitesViewSet, get="page"),
    route(f"{_OWN}/<inviteId>", clinician_invites.OwnInviteViewSet, put="accept", delete="dismiss"),
    # A clinic and its patients
    route(f"{_CLINIC}/patients", patient_invites.PatientInvitesViewSet, get="page"),
    route(
        f"{_CLINIC}/patients/<inviteId>",
        patient_invites.PatientInviteViewSet,
        put="accept",
        delete="destroy",
    ),
    route("/confirm/send/invite/<userId>/clinic", patient_invites.ClinicShareViewSet, post="send"),
    # Sign-up
    route("/confirm/send/signup/<userId>", signups.SendSignupViewSet, post="send"),
    route("/confirm/resend/signup/<email>", signups.ResendSignupViewSet, post="resend"),
    route("/confirm/accept/signup/<key>", signups.AcceptSignupViewSet, put="accept"),
    route("/confirm/dismiss/signup/<userId>", signups.DismissSignupViewSet, put="dismiss"),
    route(
        "/confirm/signup/<userId>",
        signups.SignupViewSet,
        get="retrieve",
        post="upsert",
        put="cancel",
    ),
    # Password reset: the first path is in the API description, the second is what clients call
    route("/confirm/forgot/<email>", resets.SendResetViewSet, post="send"),
    route("/confirm/send/forgot/<email>", resets.SendResetViewSet, post="send_mail"),
    route("/confirm/accept/forgot", resets.AcceptResetViewSet, put="accept"),
    # Care team
    route("/confirm/send/invite/<userId>", care_team.SendInviteViewSet, post="send"),
    route("/confirm/resend/invite/<inviteId>", care_team.ResendInviteViewSet, patch="resend"),
    route(
        "/confirm/accept/invite/<userId>/<invitedBy>",
        care_team.AcceptInviteViewSet,
        put="accept",
    ),
    route(
        "/confirm/dismiss/invite/<userId>/<invitedBy>",
        care_team.DismissInviteViewSet,
        put="dismiss",
    ),
    route("/confirm/invite/<userId>", care_team.SentInvitesViewSet, get="page"),
    route("/confirm/invitations/<userId>", care_team.ReceivedInvitesViewSet, get="page"),
    route("/confirm/<userId>/invited/<invitedBy>", care_team.CancelInviteViewSet, put="cancel"),
    # Health
    path("confirm/status", health.view),
    path("confirm/ready", health.view),
    path("confirm/live", health.view),
    # After all others
    re_path(r"^confirm(/|$)", BROKEN_LINK),
]
