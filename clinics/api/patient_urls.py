"""Routes of the operations on patients."""

from django.urls import URLPattern

from clinics.api.patient_summaries import PatientSummaryViewSet, SummaryClinicsViewSet
from clinics.api.patients import ClinicPatientsViewSet, PatientViewSet
from clinics_site.core.api.viewsets import route

_CLINIC = "/v1/clinics/<clinicId>"
_PATIENTS = f"{_CLINIC}/patients"
_PATIENT = f"{_PATIENTS}/<patientId>"

urlpatterns: list[URLPattern] = [
    route(_PATIENTS, ClinicPatientsViewSet, get="page", post="create"),
    route(_PATIENT, PatientViewSet, get="retrieve", post="create", put="update", delete="destroy"),
    route("/v1/patients/<patientId>/summary", PatientSummaryViewSet, post="update"),
    route("/v1/summaries/<summaryId>/clinics", SummaryClinicsViewSet, delete="destroy"),
]
