"""Every mail the service can send, as data: template name -> subject, link, variables, invented sample.

Other systems know the names, subjects and links, so these do not change (rules MAIL-13, MAIL-14 and MAIL-20 to
MAIL-22). Several names may share one body. Subjects name clinics and brands, never a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from patients.choices import DataProvider

LOGIN = "{WebURL}/login"
CLAIM = "{WebURL}/login?signupEmail={Email}&signupKey={Key}"
INVITED = "{WebURL}/{WebPath}?inviteEmail={Email}"

# Variables that may be absent, and what replaces them.
DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "ClinicName": "Diabetes Clinic",
        "ClinicianName": "Clinic administrator",
        "CreatorName": "Clinician",
        "CareteamName": "Tidepool User",
        "LegacyClinicianName": "Your clinician",
        "FullName": "",
        "PatientName": "",
        "ProviderName": "",
        "Nickname": "",
        "WebPath": "login",
    }
)

# Invented people and clinics, for previews and tests.
SAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "ClinicName": "Riverbank Diabetes Clinic",
        "SourceClinicName": "Old Mill Practice",
        "TargetClinicName": "Riverbank Diabetes Clinic",
        "ClinicianName": "Mara Quill",
        "CreatorName": "Mara Quill",
        "CareteamName": "Pip Ferrow",
        "LegacyClinicianName": "Mara Quill",
        "FullName": "Juno Ashdown",
        "PatientName": "Juno Ashdown",
        "ProviderName": DataProvider.DEXCOM.value,
        "Nickname": "Pip",
        "Email": "juno+family@example.org",
        "Key": "c2FtcGxlLWtleS1vbmx5LW5vdC1yZWFs",
        "RestrictedTokenId": "0sample1token2only3not4real5abcd",
        "WebPath": "login",
        "ReceiverHost": "receiver.example.org",
        "WebhookId": "6b09f5d3c72cce972de3a90d",
        "Reason": "nothing was delivered for three days",
    }
)

PROVIDERS: Mapping[str, str] = MappingProxyType(
    {
        provider.value: str(provider.label)
        for provider in (DataProvider.DEXCOM, DataProvider.ABBOTT, DataProvider.TWIIST)
    }
)


@dataclass(frozen=True, slots=True)
class Mail:
    """`body` names the file under `mails/`; `constants` are variables fixed by the template's name."""

    template: str
    subject: str
    body: str
    purpose: str
    link: str = ""
    variables: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)

    @property
    def required(self) -> tuple[str, ...]:
        """Variables without a default: the mail would be useless without them."""
        return tuple(name for name in self.variables if name not in DEFAULTS)

    @property
    def sample(self) -> dict[str, str]:
        return {name: SAMPLES[name] for name in self.variables} | dict(self.constants)


def _sign_up() -> list[Mail]:
    plain = ("signup_confirmation", "signup_clinic_confirmation", "signup_custodial_confirmation")
    verify = [
        Mail(
            template=name,
            subject="Verify your Tidepool account",
            body="signup_confirmation",
            purpose="asks the owner of a new account to confirm the address",
            link=CLAIM,
            variables=("Email", "Key"),
        )
        for name in plain
    ]
    return [
        *verify,
        Mail(
            template="signup_custodial_clinic_confirmation",
            subject="Diabetes Clinic Follow Up - Claim Your Account",
            body="signup_custodial_clinic_confirmation",
            purpose="offers a patient the account that an older clinic account manages for them",
            link=CLAIM,
            variables=("Email", "Key", "FullName", "CreatorName"),
        ),
        Mail(
            template="signup_custodial_new_clinic_experience_confirmation",
            subject="{ClinicName} Follow Up - Claim your account and get started with Tidepool",
            body="signup_custodial_new_clinic_experience_confirmation",
            purpose="offers a patient the account that a clinic made for them",
            link=CLAIM,
            variables=("Email", "Key", "ClinicName"),
        ),
    ]


def _passwords() -> list[Mail]:
    subject = "Password reset for your Tidepool account"
    return [
        Mail(
            template="password_reset",
            subject=subject,
            body="password_reset",
            purpose="lets someone who forgot the password choose a new one",
            link="{WebURL}/confirm-password-reset?resetKey={Key}",
            variables=("Key",),
        ),
        Mail(
            template="no_account",
            subject=subject,
            body="no_account",
            purpose="answers a password reset for an address that has no account",
            link="{WebURL}/signup",
        ),
    ]


def _invitations() -> list[Mail]:
    care_team = [
        Mail(
            template=name,
            subject="Diabetes care team invitation",
            body="careteam_invitation",
            purpose="invites someone to see another person's data",
            link=INVITED,
            variables=("CareteamName", "Email", "WebPath", "Nickname"),
        )
        for name in ("careteam_invitation", "careteam_invitation_with_alerting")
    ]
    return [
        *care_team,
        Mail(
            template="clinician_invitation",
            subject="Invitation to join {ClinicName}",
            body="clinician_invitation",
            purpose="invites a clinician to a clinic",
            link=INVITED,
            variables=("CreatorName", "ClinicName", "Email", "WebPath"),
        ),
        Mail(
            template="patient_clinic_invitation",
            subject="New Tidepool share invitation received",
            body="patient_clinic_invitation",
            purpose="tells a clinic's admins that someone offers to share data",
            link="{WebURL}/{WebPath}",
            variables=("CareteamName", "ClinicName", "WebPath"),
        ),
    ]


def _clinics() -> list[Mail]:
    created = "New Tidepool Clinic account created"
    return [
        Mail(
            template="clinic_created",
            subject=created,
            body="clinic_created",
            purpose="welcomes the first admin of a new clinic",
            link=LOGIN,
            variables=("ClinicName",),
        ),
        Mail(
            template="clinic_migration_complete",
            subject=created,
            body="clinic_migration_complete",
            purpose="tells a clinician that all patients have moved to the clinic",
            link=LOGIN,
            variables=("ClinicName",),
        ),
        Mail(
            template="clinician_permissions_updated",
            subject="Your Tidepool Clinician permissions have been updated",
            body="clinician_permissions_updated",
            purpose="tells a clinician that their roles changed",
            link=LOGIN,
            variables=("ClinicName", "ClinicianName"),
        ),
        Mail(
            template="migrate_patient",
            subject="Important: Updates to {ClinicName} access and data sharing",
            body="migrate_patient",
            purpose="tells a patient that their share moved from one clinician to a clinic",
            variables=("LegacyClinicianName", "ClinicName"),
        ),
        Mail(
            template="webhook_switched_off",
            subject="A webhook of {ClinicName} was switched off",
            body="webhook_switched_off",
            purpose="tells a clinic's admins that a webhook is off because its receiver fails",
            variables=("ClinicName", "ReceiverHost", "WebhookId", "Reason"),
        ),
    ]


def _merges() -> list[Mail]:
    names = ("SourceClinicName", "TargetClinicName")
    return [
        Mail(
            template="clinic_merged_patient_notification",
            subject="Update to a clinic you share data with",
            body="clinic_merged_patient_notification",
            purpose="tells a patient that their clinic was merged into another",
            variables=names,
        ),
        Mail(
            template="clinic_merged_source_clinician_notification",
            subject="Your clinic {SourceClinicName} merged with {TargetClinicName}",
            body="clinic_merged_source_clinician_notification",
            purpose="tells a clinician that their clinic was merged into another",
            variables=names,
        ),
        Mail(
            template="clinic_merged_target_admin_notification",
            subject="{SourceClinicName} merged with your clinic {TargetClinicName}",
            body="clinic_merged_target_admin_notification",
            purpose="tells an admin that another clinic was merged into theirs",
            variables=names,
        ),
    ]


def _connections(provider: str, brand: str) -> list[Mail]:
    """The mails around connecting one device maker's account."""
    link = f"{{WebURL}}/v1/oauth/{provider}/authorize?restricted_token={{RestrictedTokenId}}"
    account = (
        f"{brand} to Tidepool"
        if provider == DataProvider.ABBOTT
        else f"{brand} Account to Tidepool"
    )
    reconnect = f"{{ClinicName}} Follow Up - Reconnect your {account}"
    rows = [
        (
            f"request_{provider}_connect",
            f"{{ClinicName}} Follow Up - Connect your {brand} Account to Tidepool",
            "request_connect",
            f"asks a patient with an account of their own to connect {brand}",
        ),
        (
            f"request_{provider}_connect_custodial",
            f"{{ClinicName}} Follow Up - Connect your {brand} Account to Tidepool",
            "request_connect_custodial",
            f"asks a patient whose account the clinic manages to connect {brand}",
        ),
        (
            f"request_{provider}_reconnect",
            reconnect,
            "request_reconnect",
            f"asks a patient to renew a lapsed connection to {brand}",
        ),
        (
            f"reminder_{provider}_connect_custodial",
            f"{{ClinicName}} Follow Up - Reminder to Connect your {brand} Account",
            "reminder_connect",
            f"reminds a patient of the request to connect {brand}",
        ),
        (
            f"device_issue_{provider}_personal",
            f"Reconnect your {brand} Account",
            "device_issue_personal",
            f"tells a person without a clinic that {brand} stopped sending data",
        ),
        (
            f"device_issue_{provider}_shared",
            f"Action Needed - Reconnect your {brand} Account",
            "device_issue_shared",
            f"tells a clinic's patient that {brand} stopped sending data",
        ),
    ]
    variables_of_requests = ("ClinicName", "PatientName", "ProviderName", "RestrictedTokenId")
    failed = ("FullName", "ProviderName", "RestrictedTokenId")
    return [
        Mail(
            template=template,
            subject=subject,
            body=body,
            purpose=purpose,
            link=link,
            variables=failed if body.startswith("device_issue") else variables_of_requests,
            constants={"Brand": brand, "ProviderName": provider},
        )
        for template, subject, body, purpose in rows
    ]


def _all() -> list[Mail]:
    connections = [
        mail for provider, brand in PROVIDERS.items() for mail in _connections(provider, brand)
    ]
    reminder = Mail(
        template="patient_upload_reminder",
        subject="Reminder to upload your data to Tidepool",
        body="patient_upload_reminder",
        purpose="asks a patient to upload device data before a visit",
        link=LOGIN,
    )
    return [
        *_sign_up(),
        *_passwords(),
        *_invitations(),
        *_clinics(),
        *_merges(),
        reminder,
        *connections,
    ]


CATALOGUE: Mapping[str, Mail] = MappingProxyType({mail.template: mail for mail in _all()})


def find_mail(template: str) -> Mail | None:
    return CATALOGUE.get(template)
