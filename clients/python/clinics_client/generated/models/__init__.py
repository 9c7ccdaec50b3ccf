"""Contains all the data models used in inputs/outputs"""

from .accept_patient_invitation import AcceptPatientInvitation
from .acceptance import Acceptance
from .add_service_account import AddServiceAccount
from .alertsconfig import Alertsconfig
from .alertsconfig_high import AlertsconfigHigh
from .alertsconfig_high_threshold_type_0 import AlertsconfigHighThresholdType0
from .alertsconfig_high_threshold_type_1 import AlertsconfigHighThresholdType1
from .alertsconfig_low import AlertsconfigLow
from .alertsconfig_low_threshold_type_0 import AlertsconfigLowThresholdType0
from .alertsconfig_low_threshold_type_1 import AlertsconfigLowThresholdType1
from .alertsconfig_no_communication import AlertsconfigNoCommunication
from .alertsconfig_not_looping import AlertsconfigNotLooping
from .alertsconfig_urgent_low import AlertsconfigUrgentLow
from .alertsconfig_urgent_low_threshold_type_0 import AlertsconfigUrgentLowThresholdType0
from .alertsconfig_urgent_low_threshold_type_1 import AlertsconfigUrgentLowThresholdType1
from .associate_clinician_to_user import AssociateClinicianToUser
from .bgm_period import BgmPeriod
from .bgm_periods import BgmPeriods
from .bgm_stats import BgmStats
from .bulk_creation import BulkCreation
from .bulk_creation_state import BulkCreationState
from .care_team_invitation import CareTeamInvitation
from .care_team_invitation_context_type_0 import CareTeamInvitationContextType0
from .cgm_period import CgmPeriod
from .cgm_periods import CgmPeriods
from .cgm_stats import CgmStats
from .clinic import Clinic
from .clinic_create import ClinicCreate
from .clinic_share import ClinicShare
from .clinic_share_permissions import ClinicSharePermissions
from .clinic_share_permissions_note import ClinicSharePermissionsNote
from .clinic_share_permissions_upload import ClinicSharePermissionsUpload
from .clinic_share_permissions_view import ClinicSharePermissionsView
from .clinic_size import ClinicSize
from .clinic_type import ClinicType
from .clinic_update import ClinicUpdate
from .clinician import Clinician
from .clinician_clinic_relationship import ClinicianClinicRelationship
from .clinician_create import ClinicianCreate
from .clinician_invitation import ClinicianInvitation
from .clinician_invitation_context_type_0 import ClinicianInvitationContextType0
from .clinician_role import ClinicianRole
from .clinician_update import ClinicianUpdate
from .confirmation import Confirmation
from .confirmation_context_type_0 import ConfirmationContextType0
from .confirmation_error import ConfirmationError
from .confirmation_type import ConfirmationType
from .connection_issue import ConnectionIssue
from .connection_issue_cause import ConnectionIssueCause
from .connection_issue_hidden import ConnectionIssueHidden
from .connection_issue_source import ConnectionIssueSource
from .creator import Creator
from .creatorprofile import Creatorprofile
from .data_source import DataSource
from .data_source_state import DataSourceState
from .data_source_write import DataSourceWrite
from .diagnosis_type import DiagnosisType
from .ehr_destinations import EhrDestinations
from .ehr_flowsheet_settings import EhrFlowsheetSettings
from .ehr_match_message_ref import EhrMatchMessageRef
from .ehr_match_message_ref_data_model import EhrMatchMessageRefDataModel
from .ehr_match_message_ref_event_type import EhrMatchMessageRefEventType
from .ehr_match_request import EhrMatchRequest
from .ehr_match_request_patients_options import EhrMatchRequestPatientsOptions
from .ehr_match_response import EhrMatchResponse
from .ehr_note_settings import EhrNoteSettings
from .ehr_procedures import EhrProcedures
from .ehr_provider import EhrProvider
from .ehr_settings import EhrSettings
from .ehr_tags_settings import EhrTagsSettings
from .error import Error
from .glucose_units import GlucoseUnits
from .glycemic_ranges import GlycemicRanges
from .glycemic_ranges_custom import GlycemicRangesCustom
from .glycemic_ranges_preset import GlycemicRangesPreset
from .glycemic_ranges_threshold import GlycemicRangesThreshold
from .glycemic_ranges_threshold_upper_bound import GlycemicRangesThresholdUpperBound
from .glycemic_ranges_type import GlycemicRangesType
from .identity_provider import IdentityProvider
from .invitation import Invitation
from .invitation_permissions import InvitationPermissions
from .invitation_permissions_follow import InvitationPermissionsFollow
from .invitation_permissions_note import InvitationPermissionsNote
from .invitation_permissions_upload import InvitationPermissionsUpload
from .invitation_permissions_view import InvitationPermissionsView
from .invite_clinician import InviteClinician
from .invited_clinician import InvitedClinician
from .lookup import Lookup
from .match_action import MatchAction
from .match_criterion import MatchCriterion
from .membership_restriction import MembershipRestriction
from .membership_restrictions import MembershipRestrictions
from .merge_report_source import MergeReportSource
from .merge_source import MergeSource
from .meta import Meta
from .migration import Migration
from .migration_create import MigrationCreate
from .migration_status import MigrationStatus
from .migration_update import MigrationUpdate
from .mrn_settings import MrnSettings
from .note_event import NoteEvent
from .password_reset import PasswordReset
from .patient import Patient
from .patient_clinic_relationship import PatientClinicRelationship
from .patient_count import PatientCount
from .patient_count_limit import PatientCountLimit
from .patient_count_providers import PatientCountProviders
from .patient_count_settings import PatientCountSettings
from .patient_create import PatientCreate
from .patient_creation import PatientCreation
from .patient_from_user import PatientFromUser
from .patient_list_export import PatientListExport
from .patient_list_export_state import PatientListExportState
from .patient_list_format import PatientListFormat
from .patient_permissions import PatientPermissions
from .patient_permissions_custodian import PatientPermissionsCustodian
from .patient_permissions_note import PatientPermissionsNote
from .patient_permissions_upload import PatientPermissionsUpload
from .patient_permissions_view import PatientPermissionsView
from .patient_provider_count import PatientProviderCount
from .patient_provider_count_states import PatientProviderCountStates
from .patient_review import PatientReview
from .patient_summary import PatientSummary
from .patient_tag import PatientTag
from .patient_tag_write import PatientTagWrite
from .patient_update import PatientUpdate
from .patient_view import PatientView
from .patient_view_conditions import PatientViewConditions
from .patient_view_write import PatientViewWrite
from .patient_view_write_conditions import PatientViewWriteConditions
from .patientprofile import Patientprofile
from .patients_response import PatientsResponse
from .period import Period
from .permission_name import PermissionName
from .phone_number import PhoneNumber
from .process_ehr_message_body import ProcessEhrMessageBody
from .process_ehr_message_response_200 import ProcessEhrMessageResponse200
from .provider_connection_request import ProviderConnectionRequest
from .provider_connection_requests import ProviderConnectionRequests
from .provider_id import ProviderId
from .report_cadence import ReportCadence
from .restrictions import Restrictions
from .scheduled_reports import ScheduledReports
from .security_profile import SecurityProfile
from .signup_confirmation import SignupConfirmation
from .signup_confirmation_context_type_0 import SignupConfirmationContextType0
from .signup_origin import SignupOrigin
from .site import Site
from .site_creation import SiteCreation
from .site_merge import SiteMerge
from .site_of_patient import SiteOfPatient
from .site_update import SiteUpdate
from .sort_type import SortType
from .status import Status
from .summary_config import SummaryConfig
from .summary_dates import SummaryDates
from .suppressed_notifications import SuppressedNotifications
from .tide_category import TideCategory
from .tide_config import TideConfig
from .tide_filters import TideFilters
from .tide_patient import TidePatient
from .tide_response import TideResponse
from .tide_result_patient import TideResultPatient
from .tide_results import TideResults
from .tier import Tier
from .trigger_migration import TriggerMigration
from .unitsmgdl import Unitsmgdl
from .unitsmmol import Unitsmmol
from .unnamed_clinician_invitation import UnnamedClinicianInvitation
from .unnamed_clinician_invitation_context_type_0 import UnnamedClinicianInvitationContextType0
from .unnamed_confirmation import UnnamedConfirmation
from .unnamed_confirmation_context_type_0 import UnnamedConfirmationContextType0
from .unnamed_creator import UnnamedCreator
from .unnamed_creator_profile_type_0 import UnnamedCreatorProfileType0
from .unnamed_creator_userid import UnnamedCreatorUserid
from .update_suppressed_notifications import UpdateSuppressedNotifications
from .update_tier import UpdateTier
from .update_user_details import UpdateUserDetails
from .verify_endpoint_response_200 import VerifyEndpointResponse200
from .webhook import Webhook
from .webhook_create import WebhookCreate
from .webhook_data import WebhookData
from .webhook_deliveries import WebhookDeliveries
from .webhook_deliveries_meta import WebhookDeliveriesMeta
from .webhook_delivery import WebhookDelivery
from .webhook_delivery_failure import WebhookDeliveryFailure
from .webhook_delivery_state import WebhookDeliveryState
from .webhook_event import WebhookEvent
from .webhook_inactive_reason import WebhookInactiveReason
from .webhook_invited_role import WebhookInvitedRole
from .webhook_message import WebhookMessage
from .webhook_order_state import WebhookOrderState
from .webhook_secret import WebhookSecret
from .webhook_update import WebhookUpdate
from .webhook_with_secret import WebhookWithSecret
from .workspace_id_type import WorkspaceIdType
from .xealth_preorder import XealthPreorder
from .xealth_preorder_form import XealthPreorderForm
from .xealth_preorder_form_form_data import XealthPreorderFormFormData
from .xealth_preorder_form_form_schema import XealthPreorderFormFormSchema
from .xealth_preorder_form_ui_schema import XealthPreorderFormUiSchema
from .xealth_program import XealthProgram
from .xealth_program_url import XealthProgramUrl
from .xealth_programs import XealthPrograms

__all__ = (
    "Acceptance",
    "AcceptPatientInvitation",
    "AddServiceAccount",
    "Alertsconfig",
    "AlertsconfigHigh",
    "AlertsconfigHighThresholdType0",
    "AlertsconfigHighThresholdType1",
    "AlertsconfigLow",
    "AlertsconfigLowThresholdType0",
    "AlertsconfigLowThresholdType1",
    "AlertsconfigNoCommunication",
    "AlertsconfigNotLooping",
    "AlertsconfigUrgentLow",
    "AlertsconfigUrgentLowThresholdType0",
    "AlertsconfigUrgentLowThresholdType1",
    "AssociateClinicianToUser",
    "BgmPeriod",
    "BgmPeriods",
    "BgmStats",
    "BulkCreation",
    "BulkCreationState",
    "CareTeamInvitation",
    "CareTeamInvitationContextType0",
    "CgmPeriod",
    "CgmPeriods",
    "CgmStats",
    "Clinic",
    "ClinicCreate",
    "Clinician",
    "ClinicianClinicRelationship",
    "ClinicianCreate",
    "ClinicianInvitation",
    "ClinicianInvitationContextType0",
    "ClinicianRole",
    "ClinicianUpdate",
    "ClinicShare",
    "ClinicSharePermissions",
    "ClinicSharePermissionsNote",
    "ClinicSharePermissionsUpload",
    "ClinicSharePermissionsView",
    "ClinicSize",
    "ClinicType",
    "ClinicUpdate",
    "Confirmation",
    "ConfirmationContextType0",
    "ConfirmationError",
    "ConfirmationType",
    "ConnectionIssue",
    "ConnectionIssueCause",
    "ConnectionIssueHidden",
    "ConnectionIssueSource",
    "Creator",
    "Creatorprofile",
    "DataSource",
    "DataSourceState",
    "DataSourceWrite",
    "DiagnosisType",
    "EhrDestinations",
    "EhrFlowsheetSettings",
    "EhrMatchMessageRef",
    "EhrMatchMessageRefDataModel",
    "EhrMatchMessageRefEventType",
    "EhrMatchRequest",
    "EhrMatchRequestPatientsOptions",
    "EhrMatchResponse",
    "EhrNoteSettings",
    "EhrProcedures",
    "EhrProvider",
    "EhrSettings",
    "EhrTagsSettings",
    "Error",
    "GlucoseUnits",
    "GlycemicRanges",
    "GlycemicRangesCustom",
    "GlycemicRangesPreset",
    "GlycemicRangesThreshold",
    "GlycemicRangesThresholdUpperBound",
    "GlycemicRangesType",
    "IdentityProvider",
    "Invitation",
    "InvitationPermissions",
    "InvitationPermissionsFollow",
    "InvitationPermissionsNote",
    "InvitationPermissionsUpload",
    "InvitationPermissionsView",
    "InviteClinician",
    "InvitedClinician",
    "Lookup",
    "MatchAction",
    "MatchCriterion",
    "MembershipRestriction",
    "MembershipRestrictions",
    "MergeReportSource",
    "MergeSource",
    "Meta",
    "Migration",
    "MigrationCreate",
    "MigrationStatus",
    "MigrationUpdate",
    "MrnSettings",
    "NoteEvent",
    "PasswordReset",
    "Patient",
    "PatientClinicRelationship",
    "PatientCount",
    "PatientCountLimit",
    "PatientCountProviders",
    "PatientCountSettings",
    "PatientCreate",
    "PatientCreation",
    "PatientFromUser",
    "PatientListExport",
    "PatientListExportState",
    "PatientListFormat",
    "PatientPermissions",
    "PatientPermissionsCustodian",
    "PatientPermissionsNote",
    "PatientPermissionsUpload",
    "PatientPermissionsView",
    "Patientprofile",
    "PatientProviderCount",
    "PatientProviderCountStates",
    "PatientReview",
    "PatientsResponse",
    "PatientSummary",
    "PatientTag",
    "PatientTagWrite",
    "PatientUpdate",
    "PatientView",
    "PatientViewConditions",
    "PatientViewWrite",
    "PatientViewWriteConditions",
    "Period",
    "PermissionName",
    "PhoneNumber",
    "ProcessEhrMessageBody",
    "ProcessEhrMessageResponse200",
    "ProviderConnectionRequest",
    "ProviderConnectionRequests",
    "ProviderId",
    "ReportCadence",
    "Restrictions",
    "ScheduledReports",
    "SecurityProfile",
    "SignupConfirmation",
    "SignupConfirmationContextType0",
    "SignupOrigin",
    "Site",
    "SiteCreation",
    "SiteMerge",
    "SiteOfPatient",
    "SiteUpdate",
    "SortType",
    "Status",
    "SummaryConfig",
    "SummaryDates",
    "SuppressedNotifications",
    "TideCategory",
    "TideConfig",
    "TideFilters",
    "TidePatient",
    "TideResponse",
    "TideResultPatient",
    "TideResults",
    "Tier",
    "TriggerMigration",
    "Unitsmgdl",
    "Unitsmmol",
    "UnnamedClinicianInvitation",
    "UnnamedClinicianInvitationContextType0",
    "UnnamedConfirmation",
    "UnnamedConfirmationContextType0",
    "UnnamedCreator",
    "UnnamedCreatorProfileType0",
    "UnnamedCreatorUserid",
    "UpdateSuppressedNotifications",
    "UpdateTier",
    "UpdateUserDetails",
    "VerifyEndpointResponse200",
    "Webhook",
    "WebhookCreate",
    "WebhookData",
    "WebhookDeliveries",
    "WebhookDeliveriesMeta",
    "WebhookDelivery",
    "WebhookDeliveryFailure",
    "WebhookDeliveryState",
    "WebhookEvent",
    "WebhookInactiveReason",
    "WebhookInvitedRole",
    "WebhookMessage",
    "WebhookOrderState",
    "WebhookSecret",
    "WebhookUpdate",
    "WebhookWithSecret",
    "WorkspaceIdType",
    "XealthPreorder",
    "XealthPreorderForm",
    "XealthPreorderFormFormData",
    "XealthPreorderFormFormSchema",
    "XealthPreorderFormUiSchema",
    "XealthProgram",
    "XealthPrograms",
    "XealthProgramUrl",
)
