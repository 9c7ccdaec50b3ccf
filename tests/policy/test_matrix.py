"""Who may call what: operation x caller (rules ACCOUNT-92 to ACCOUNT-112).

The table is written from these rules, not from the code. Each row names who passes; everyone else is denied.
Words: backend; users = every signed-in person; self = the person in the path; members = member and admin;
admin. `prescriber` (a record with that role alone) passes only where users do.
"""

import pytest

from kernel import policy
from kernel.principal import Principal
from tests import xealth
from tests.cast import described_operations
from tests.policy.callers import (
    CALLERS,
    CLINIC,
    ROLES,
    STRANGER,
    XEALTHS,
    call,
    make_caller,
    outcome,
    text_of,
)
from users.services import accounts

CLINIC_TABLE = """
ListClinics                         backend
CreateClinic                        users
GetClinicByShareCode                backend users
GetClinic                           backend users
UpdateClinic                        backend admin
DeleteClinic                        backend admin
ListClinicians                      backend members
CreateClinician                     backend
TideReport                          backend members
ListPatients                        backend members
ExportPatientList                   admin
StartPatientListExport              admin
GetPatientListExport                admin
DeletePatientListExport             admin
FetchPatientListExport              admin
BulkCreatePatients                  backend admin
ListBulkCreations                   backend admin
GetBulkCreation                     backend admin
FetchBulkCreation                   backend admin
CreatePatientAccount                backend members
CreatePatientTag                    backend members
CreateSite                          backend admin
UpdateSite                          backend admin
DeleteSite                          backend admin
MergeSite                           backend
GetClinician                        backend members
UpdateClinician                     backend admin
DeleteClinician                     backend admin
GetPatient                          backend members
CreatePatientFromUser               backend
UpdatePatient                       backend members
DeletePatient                       self admin
UpdatePatientTag                    backend members
DeletePatientTag                    backend admin
ListPatientViews                    members
CreatePatientView                   members
GetPatientView                      members
UpdatePatientView                   members
DeletePatientView                   members
ListWebhooks                        backend admin
CreateWebhook                       backend admin
GetWebhook                          backend admin
UpdateWebhook                       backend admin
DeleteWebhook                       backend admin
RotateWebhookSecret                 backend admin
ListWebhookDeliveries               backend admin
ReplayWebhookDelivery               backend admin
TestWebhook                         backend admin
ConvertPatientTagToSite             backend
AssociateClinicianToUser            backend
DeleteInvitedClinician              backend
GetInvitedClinician                 backend
UpdatePatientReviews                members
DeletePatientReviews                members
UpdatePatientPermissions            self
DeletePatientPermission             backend self
ListClinicsForPatient               backend self
ListClinicsForClinician             backend self
UpdateClinicianSecurityProfile      backend
MigrateLegacyClinicianPatients      backend
ListMigrations                      backend members
EnableNewClinicExperience           backend
TriggerInitialMigration             admin
GetMigration                        backend members
UpdateMigration                     backend
DeleteUserFromClinics               backend
UpdateClinicUserDetails             backend
ListAllClinicians                   backend
UpdatePatientSummary                backend
DeletePatientSummary                backend
UpdatePatientDataSources            backend
UpdateTier                          backend
UpdateSuppressedNotifications       admin
SendUploadReminder                  members
AssignPatientTagToClinicPatients    backend admin
DeletePatientTagFromClinicPatients  backend admin
ListMembershipRestrictions          backend admin
UpdateMembershipRestrictions        backend
GetEHRSettings                      backend members
UpdateEHRSettings                   backend
MatchClinicAndPatient               backend
GetMRNSettings                      backend members
UpdateMRNSettings                   backend
GetPatientCountSettings             backend members
UpdatePatientCountSettings          backend
GetPatientCount                     backend members
RefreshPatientCount                 backend
SyncEHRData                         backend
FindPatients                        users
AddServiceAccount                   backend
SyncEHRDataForPatient               backend
GenerateMergeReport                 backend
MergeClinic                         backend
ConnectProvider                     backend members
SetConnectionIssueHidden            backend members
UpdateConnectionIssues              backend
RecordInvitationResent              backend
"""

# The Confirmation API words failures its own way and asks no one where a key or an address is enough. The
# invitation of ResendCareTeamInvite is named in the document, so its service checks the sender.
CONFIRMATION_TABLE = """
InviteClinician                     backend admin
ResendInvite                        backend admin
DeleteInvite                        backend admin
GetClinicianInvite                  backend admin
GetPatientInvites                   backend members
AcceptPatientInvitation             backend members
ListClinicianInvites                self
DismissClinicianInvite              self
AcceptClinicianInvite               self
SendAccountSignupConfirmation       backend self
UpsertAccountSignupConfirmation     backend self
GetAccountSignupConfirmation        backend self
SendCareTeamInvite                  backend self
GetSentInvitations                  backend self
CancelInvite                        backend self
GetReceivedInvitations              backend self
AcceptCareTeamInvite                backend self
DismissInvite                       backend self
SendClinicShareInvite               backend self
DeletePatientInvite                 backend members
ResendCareTeamInvite                backend users
ResendAccountSignup                 anyone
ConfirmAccountSignup                anyone
DismissAccountSignup                anyone
CancelAccountSignupConfirmation     anyone
SendPasswordReset                   anyone
SendPasswordResetMail               anyone
AcceptPasswordChange                anyone
"""

# Outside the session-token scheme: a credential of their own, the same answer for every caller.
EXTERNAL = {
    "ProcessEHRMessage",
    "VerifyEndpoint",
    "XealthPreorder",
    "XealthGetPrograms",
    "XealthGetProgramUrl",
    "XealthNotification",
    "ViewPDFReport",
    "ViewPDFReportContent",
}

# Operations of the contract that are still to come. The list is exact: it can only shrink.
NOT_YET_SERVED: set[str] = set()

WORDS = {
    "users": {"user", "self", "prescriber", "member", "admin"},
    "members": {"member", "admin"},
    "anyone": set(CALLERS),
}


def rows(table):
    for line in table.strip().splitlines():
        operation_id, *callers = line.split()
        yield operation_id, set().union(*(WORDS.get(word, {word}) for word in callers))


ALLOWED = {**dict(rows(CLINIC_TABLE)), **dict(rows(CONFIRMATION_TABLE))}
CONFIRMATIONS = {operation_id for operation_id, _ in rows(CONFIRMATION_TABLE)}


def family_of(operation_id):
    if operation_id == "DeletePatientInvite":
        return "offer"
    return "confirmation" if operation_id in CONFIRMATIONS else "clinic"


def served_or_skip(operation_id):
    if operation_id not in described_operations():
        pytest.skip("not served yet")


@pytest.mark.yardstick("Z2")
def test_every_operation_has_a_row_or_is_listed_as_missing():
    described = set(described_operations())

    assert described - set(ALLOWED) - EXTERNAL == set()
    assert (set(ALLOWED) | EXTERNAL) - described == NOT_YET_SERVED


@pytest.mark.yardstick("Z2")
@pytest.mark.parametrize("operation_id", sorted(ALLOWED))
def test_an_operation_passes_exactly_the_callers_of_its_row(operation_id, backend):
    served_or_skip(operation_id)
    accounts.create_user(email="path@example.org", full_name="In The Path", user_id=STRANGER)
    family = family_of(operation_id)

    passed = set()
    for kind in CALLERS:
        api, own_id = make_caller(kind, backend)
        ids = {"userId": own_id, "patientId": own_id, "clinicianId": own_id}
        response = call(api, operation_id, **(ids if kind == "self" else {}))
        result = outcome(response, family)
        if result == "passed":
            passed.add(kind)
        elif kind in ("none", "bad token"):
            assert result == {"none": "missing", "bad token": "invalid"}[kind]
        else:
            assert result == "denied"

    assert passed == ALLOWED[operation_id]


@pytest.mark.parametrize("operation_id", sorted(EXTERNAL))
def test_a_session_token_is_not_enough_for_an_external_operation(operation_id, backend):
    served_or_skip(operation_id)
    answers = {call(make_caller(k, backend)[0], operation_id).status_code for k in CALLERS}

    assert answers <= {400, 401}, "each needs a credential of its own"
    assert len(answers) == 1


@pytest.mark.parametrize("operation_id", sorted(XEALTHS))
def test_only_the_secret_of_xealth_passes_its_operations(operation_id, backend):
    wrong = [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Bearer {backend.token}"}]
    callers = [make_caller(kind, backend)[0] for kind in CALLERS]
    refused = [
        call(api, operation_id, body={}, headers=headers) for api in callers for headers in wrong
    ]
    passed = [call(api, operation_id, body={}, headers=xealth.TOKEN) for api in callers]

    assert {answer.status_code for answer in refused} == {401}
    assert 401 not in {answer.status_code for answer in passed}


class TestRulesBeyondTheTable:
    def test_a_service_may_delete_only_the_custodian_permission(self, backend):
        served_or_skip("DeletePatientPermission")
        for permission, expected in (("custodian", "passed"), ("view", "denied")):
            response = call(backend, "DeletePatientPermission", permission=permission)
            assert outcome(response, "clinic") == expected

    def test_the_patient_may_delete_any_permission(self, backend):
        served_or_skip("DeletePatientPermission")
        api, own_id = make_caller("user", backend)
        response = call(api, "DeletePatientPermission", permission="view", patientId=own_id)
        assert outcome(response, "clinic") == "passed"

    @pytest.mark.parametrize(
        ("kind", "expected"),
        [("user", "denied"), ("prescriber", "denied"), ("member", "passed"), ("admin", "passed")],
    )
    def test_clinicians_may_leave_while_they_are_members(self, backend, kind, expected):
        served_or_skip("DeleteClinician")
        api, own_id = make_caller(kind, backend)
        response = call(api, "DeleteClinician", clinicianId=own_id)
        assert outcome(response, "clinic") == expected

    def test_a_prescriber_cannot_read_their_own_record(self, backend):
        served_or_skip("GetClinician")
        api, own_id = make_caller("prescriber", backend)
        assert outcome(call(api, "GetClinician", clinicianId=own_id), "clinic") == "denied"

    def test_a_role_counts_only_in_its_clinic(self, backend):
        served_or_skip("GetEHRSettings")
        api, _ = make_caller("admin", backend)
        other_clinic_id = "5f85fbe6686e6bb9170ab5ff"
        assert outcome(call(api, "GetEHRSettings", clinicId=other_clinic_id), "clinic") == "denied"

    @pytest.mark.parametrize("roles", [[], None, ["clinic_admin"]])
    def test_a_record_without_the_roles_grants_nothing(self, backend, roles):
        from kernel import db

        served_or_skip("GetEHRSettings")
        api, own_id = make_caller("user", backend)
        record = {
            "clinicId": CLINIC,
            "userId": own_id,
            **({} if roles is None else {"roles": roles}),
        }
        db.collection("clinicians").insert_one(record)
        assert outcome(call(api, "GetEHRSettings"), "clinic") == "denied"

    def test_an_invitation_without_user_grants_nothing_to_anyone(self, backend):
        from kernel import db

        served_or_skip("GetEHRSettings")
        db.collection("clinicians").insert_one(
            {
                "clinicId": CLINIC,
                "inviteId": "x",
                "email": "user@example.org",
                "roles": ["CLINIC_ADMIN"],
            }
        )
        api, _ = make_caller("user", backend)
        assert outcome(call(api, "GetEHRSettings"), "clinic") == "denied"

    def test_a_malformed_clinic_id_is_400_for_a_service_and_403_for_a_person(self, backend):
        served_or_skip("GetEHRSettings")
        api, _ = make_caller("admin", backend)
        assert call(backend, "GetEHRSettings", clinicId="NOT-AN-ID").status_code == 400
        assert call(api, "GetEHRSettings", clinicId="NOT-AN-ID").status_code == 403

    def test_self_is_compared_exactly_on_the_decoded_path(self, backend):
        served_or_skip("ListClinicsForPatient")
        api, own_id = make_caller("user", backend)
        encoded = f"%{ord(own_id[0]):02x}{own_id[1:]}"
        assert outcome(call(api, "ListClinicsForPatient", userId=encoded), "clinic") == "passed"
        assert (
            outcome(call(api, "ListClinicsForPatient", userId=own_id + "%20"), "clinic") == "denied"
        )

    def test_an_encoded_slash_in_the_path_grants_nothing(self, backend):
        served_or_skip("ListClinicsForPatient")
        api, own_id = make_caller("user", backend)
        response = call(api, "ListClinicsForPatient", userId=f"{own_id}%2Fx")
        assert response.status_code in (403, 404)


# Decisions taken from the tests of the original service: caller, whether allowed, operations.
DECISIONS = """
backend yes ListClinics GetClinicByShareCode GetClinic ListClinicians CreatePatientAccount GetClinician UpdateClinician
backend yes DeleteClinician AssociateClinicianToUser DeleteInvitedClinician GetInvitedClinician DeletePatientPermission
backend yes ListClinicsForPatient GetMigration UpdateMigration DeleteUserFromClinics UpdateTier
backend yes AssignPatientTagToClinicPatients DeletePatientTagFromClinicPatients ListMembershipRestrictions
backend yes UpdateMembershipRestrictions GetEHRSettings UpdateEHRSettings GetMRNSettings UpdateMRNSettings
backend yes GetPatientCountSettings UpdatePatientCountSettings GetPatientCount MatchClinicAndPatient SyncEHRData
backend yes AddServiceAccount SyncEHRDataForPatient GenerateMergeReport MergeClinic ConnectProvider
user yes GetClinicByShareCode GetClinic FindPatients
self yes ListClinicsForClinician DeletePatientPermission DeletePatient
member yes CreatePatientAccount UpdatePatient CreatePatientTag UpdatePatientTag GetMigration GetEHRSettings
member yes GetMRNSettings GetPatientCountSettings GetPatientCount ConnectProvider
admin yes DeleteClinic DeletePatient CreatePatientAccount UpdatePatient DeletePatientTag
admin yes AssignPatientTagToClinicPatients DeletePatientTagFromClinicPatients ListMembershipRestrictions
user no ListClinics CreatePatientFromUser DeletePatient DeletePatientPermission ListClinicsForClinician
user no DeleteUserFromClinics UpdateTier GenerateMergeReport
self no CreatePatientFromUser ConnectProvider
member no DeleteClinic DeletePatient DeletePatientTag UpdateMigration UpdateTier AssignPatientTagToClinicPatients
member no DeletePatientTagFromClinicPatients ListMembershipRestrictions UpdateMembershipRestrictions UpdateEHRSettings
member no UpdateMRNSettings UpdatePatientCountSettings AddServiceAccount DeleteClinician
admin no CreatePatientFromUser UpdateTier UpdateMembershipRestrictions GenerateMergeReport MergeClinic
"""


@pytest.mark.parametrize("line", DECISIONS.strip().splitlines())
def test_the_rules_decide_like_the_original_service(line, monkeypatch):
    """Calls the rules directly, so that it also covers operations without a route."""
    kind, verdict, *operations = line.split()
    roles = frozenset({ROLES[kind]} if kind in ROLES else ())
    monkeypatch.setattr(policy, "_load_roles", lambda clinic_id, user_id: roles)
    own = "aaaaaaaaaa"
    path_id = own if kind == "self" else STRANGER
    path = {"clinicId": str(CLINIC), "permission": "custodian" if kind == "backend" else "upload"}
    path |= dict.fromkeys(("userId", "patientId", "clinicianId"), path_id)
    caller = policy.Caller(Principal(own, is_server=kind == "backend"), path)

    for operation_id in operations:
        assert policy.allows(operation_id, caller) is (verdict == "yes"), operation_id


@pytest.mark.parametrize("operation_id", ["UpdatePatientPermissions", "DeletePatient"])
def test_a_service_never_counts_as_self(operation_id, monkeypatch):
    monkeypatch.setattr(policy, "_load_roles", lambda *_: frozenset())
    own = "aaaaaaaaaa"
    for is_server in (True, False):
        path = {"clinicId": str(CLINIC), "patientId": own}
        caller = policy.Caller(Principal(own, is_server=is_server), path)
        assert policy.allows(operation_id, caller) is not is_server


@pytest.mark.yardstick("Z1")
def test_an_operation_without_a_row_is_denied():
    caller = policy.Caller(Principal("aaaaaaaaaa", is_server=True), {})
    assert policy.allows("NoSuchOperation", caller) is False


def test_post_to_permissions_is_not_an_operation(backend):
    api, _ = make_caller("admin", backend)
    response = api.post(f"/v1/clinics/{CLINIC}/patients/{STRANGER}/permissions", {})
    assert (response.status_code, text_of(response)) in {
        (404, "method not allowed"),
        (404, "no matching operation was found"),
    }


def test_the_callers_record_is_loaded_once_and_only_when_a_rule_asks(monkeypatch):
    loaded = []
    monkeypatch.setattr(policy, "_load_roles", lambda *key: loaded.append(key) or frozenset())
    caller = policy.Caller(Principal("aaaaaaaaaa", is_server=True), {"clinicId": str(CLINIC)})
    policy.allows("GetClinic", caller)
    assert loaded == []
    person = policy.Caller(Principal("aaaaaaaaaa", is_server=False), {"clinicId": str(CLINIC)})
    policy.allows("DeleteClinician", person)
    assert len(loaded) == 1
