"""Routes of the operations on clinics and everything in them except patients, and of those that list clinics."""

from django.urls import URLPattern

from clinics.api.clinic_settings import EHRSettingsViewSet, MRNSettingsViewSet
from clinics.api.clinicians import (
    ClinicCliniciansViewSet,
    ClinicianClinicsViewSet,
    CliniciansViewSet,
    ClinicianViewSet,
    InvitedClinicianViewSet,
    SecurityProfileViewSet,
    ServiceAccountsViewSet,
)
from clinics.api.clinics import (
    ClinicsViewSet,
    ClinicViewSet,
    MembershipRestrictionsViewSet,
    ShareCodeViewSet,
    SuppressedNotificationsViewSet,
    TierViewSet,
)
from clinics.api.migrations import (
    InitialMigrationViewSet,
    LegacyClinicianViewSet,
    MigrationsViewSet,
    MigrationViewSet,
)
from clinics.api.patient_clinics import FindPatientsViewSet, PatientClinicsViewSet
from clinics.api.sites import SiteMergeViewSet, SitesViewSet, SiteViewSet
from clinics.api.tags import TagSiteViewSet, TagsViewSet, TagViewSet
from clinics.api.users import UserClinicsViewSet
from kernel.api.viewsets import route

_CLINIC = "/v1/clinics/<clinicId>"
_TAG = f"{_CLINIC}/patient_tags/<patientTagId>"
_SITE = f"{_CLINIC}/sites/<siteId>"

urlpatterns: list[URLPattern] = [
    route(_CLINIC, ClinicViewSet, get="retrieve", put="update", delete="destroy"),
    route(f"{_CLINIC}/settings/ehr", EHRSettingsViewSet, get="retrieve", put="update"),
    route(f"{_CLINIC}/settings/mrn", MRNSettingsViewSet, get="retrieve", put="update"),
    route("/v1/clinics", ClinicsViewSet, get="page", post="create"),
    route("/v1/clinics/share_code/<shareCode>", ShareCodeViewSet, get="retrieve"),
    route(f"{_CLINIC}/tier", TierViewSet, post="update"),
    route(f"{_CLINIC}/suppressed_notifications", SuppressedNotificationsViewSet, post="update"),
    route(
        f"{_CLINIC}/membership_restrictions",
        MembershipRestrictionsViewSet,
        get="retrieve",
        put="update",
    ),
    route(f"{_CLINIC}/clinicians", ClinicCliniciansViewSet, get="page", post="create"),
    route(
        f"{_CLINIC}/clinicians/<clinicianId>",
        ClinicianViewSet,
        get="retrieve",
        put="update",
        delete="destroy",
    ),
    route(
        f"{_CLINIC}/invites/clinicians/<inviteId>/clinician",
        InvitedClinicianViewSet,
        get="retrieve",
        patch="associate",
        delete="destroy",
    ),
    route("/v1/clinicians", CliniciansViewSet, get="page"),
    route("/v1/clinicians/<userId>/clinics", ClinicianClinicsViewSet, get="page"),
    route("/v1/clinicians/<userId>/securityProfile", SecurityProfileViewSet, patch="update"),
    route(f"{_CLINIC}/service_accounts", ServiceAccountsViewSet, post="create"),
    route(f"{_CLINIC}/patient_tags", TagsViewSet, post="create"),
    route(_TAG, TagViewSet, put="update", delete="destroy"),
    route(f"{_TAG}/site", TagSiteViewSet, post="create"),
    route(f"{_CLINIC}/sites", SitesViewSet, post="create"),
    route(_SITE, SiteViewSet, put="update", delete="destroy"),
    route(f"{_SITE}/merge", SiteMergeViewSet, post="create"),
    route("/v1/clinicians/<userId>/migrate", LegacyClinicianViewSet, post="create"),
    route(f"{_CLINIC}/migrate", InitialMigrationViewSet, post="create"),
    route(f"{_CLINIC}/migrations", MigrationsViewSet, get="page", post="create"),
    route(f"{_CLINIC}/migrations/<userId>", MigrationViewSet, get="retrieve", patch="update"),
    route("/v1/patients", FindPatientsViewSet, get="find"),
    route("/v1/patients/<userId>/clinics", PatientClinicsViewSet, get="clinics"),
    route("/v1/users/<userId>/clinics", UserClinicsViewSet, post="update", delete="destroy"),
]
