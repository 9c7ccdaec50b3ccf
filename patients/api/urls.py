"""Routes of the operations on patients. They are tried in order, so the most frequent ones are first."""

from django.urls import URLPattern

from kernel.api.viewsets import route
from patients.api.bulk_creations import BulkCreationViewSet, KeptCreationViewSet
from patients.api.list_exports import KeptExportViewSet, PatientListExportViewSet
from patients.api.list_views import PatientViewsViewSet, PatientViewViewSet
from patients.api.patient_counts import (
    PatientCountRefreshViewSet,
    PatientCountSettingsViewSet,
    PatientCountViewSet,
)
from patients.api.patient_summaries import (
    PatientSummaryViewSet,
    SummaryClinicsViewSet,
    UserDataSourcesViewSet,
)
from patients.api.patients import (
    ClinicPatientsViewSet,
    ConnectionIssueHiddenViewSet,
    ConnectionIssuesViewSet,
    ConnectProviderViewSet,
    InvitationResentViewSet,
    PatientPermissionsViewSet,
    PatientReviewsViewSet,
    PatientTagAssignmentViewSet,
    PatientViewSet,
    UploadReminderViewSet,
)
from patients.api.tide import TideViewSet

_CLINIC = "/v1/clinics/<clinicId>"
_PATIENTS = f"{_CLINIC}/patients"
_PATIENT = f"{_PATIENTS}/<patientId>"

urlpatterns: list[URLPattern] = [
    route(_PATIENTS, ClinicPatientsViewSet, get="page", post="create"),
    route(_PATIENT, PatientViewSet, get="retrieve", post="create", put="update", delete="destroy"),
    route(f"{_CLINIC}/export/patients", PatientListExportViewSet, get="export", post="start"),
    route(
        f"{_CLINIC}/export/patients/<exportId>", KeptExportViewSet, get="retrieve", delete="destroy"
    ),
    route(f"{_CLINIC}/export/patients/<exportId>/file", KeptExportViewSet, get="fetch"),
    route(f"{_CLINIC}/bulk/patients", BulkCreationViewSet, get="page", post="create"),
    route(f"{_CLINIC}/bulk/patients/<creationId>", KeptCreationViewSet, get="retrieve"),
    route(f"{_CLINIC}/bulk/patients/<creationId>/file", KeptCreationViewSet, get="fetch"),
    route(f"{_CLINIC}/patient_views", PatientViewsViewSet, get="page", post="create"),
    route(
        f"{_CLINIC}/patient_views/<viewId>",
        PatientViewViewSet,
        get="retrieve",
        put="update",
        delete="destroy",
    ),
    route(f"{_CLINIC}/tide_report", TideViewSet, get="retrieve"),
    route(f"{_CLINIC}/patient_count", PatientCountViewSet, get="retrieve"),
    route(f"{_CLINIC}/patient_count/refresh", PatientCountRefreshViewSet, post="refresh"),
    route(
        f"{_CLINIC}/settings/patient_count",
        PatientCountSettingsViewSet,
        get="retrieve",
        put="update",
    ),
    route(f"{_PATIENTS}/assign_tag/<patientTagId>", PatientTagAssignmentViewSet, post="assign"),
    route(f"{_PATIENTS}/delete_tag/<patientTagId>", PatientTagAssignmentViewSet, post="remove"),
    route(f"{_PATIENT}/permissions", PatientPermissionsViewSet, put="update"),
    route(f"{_PATIENT}/permissions/<permission>", PatientPermissionsViewSet, delete="destroy"),
    route(f"{_PATIENT}/reviews", PatientReviewsViewSet, put="update", delete="destroy"),
    route(f"{_PATIENT}/upload_reminder", UploadReminderViewSet, post="send"),
    route(f"{_PATIENT}/connect/<providerId>", ConnectProviderViewSet, post="send"),
    route(f"{_PATIENT}/connection_issue/hidden", ConnectionIssueHiddenViewSet, put="update"),
    route(f"{_PATIENT}/invitation_resent", InvitationResentViewSet, post="record"),
    route("/v1/patients/connection_issues", ConnectionIssuesViewSet, post="update"),
    route("/v1/patients/<patientId>/summary", PatientSummaryViewSet, post="update"),
    route("/v1/patients/<userId>/data_sources", UserDataSourcesViewSet, put="update"),
    route("/v1/summaries/<summaryId>/clinics", SummaryClinicsViewSet, delete="destroy"),
]
