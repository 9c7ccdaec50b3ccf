"""Fill the database with an invented clinic, and a small one that can be merged into it, and print as JSON what a
person needs to try the service.

Safe to repeat: existing records stay. Its people have a password that everyone can read, so it refuses an
installation (ENVIRONMENT is neither local nor test), accounts that are kept in a real user service, and a database
that holds other clinics but not this one.
"""

import json
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bson import ObjectId
from django.conf import settings
from django.contrib.auth import models as auth
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinic_records.choices import EhrProvider, GlucoseUnits
from clinic_records.services import access
from clinics.choices import Procedure
from clinics.services import clinicians, clinics, ehr_settings, sites, tags
from clinics.services.clinicians import ClinicianDetails
from clinics.services.clinics import ClinicProfile, ClinicQuery
from clinics_site import safeguards
from confirmations.services import clinician_invites
from confirmations.services.failures import ClinicAnswer
from kernel import clock
from kernel.api import examples
from kernel.choices import ClinicianRole
from kernel.db import Document
from kernel.errors import Duplicate, NotFound
from kernel.principal import Principal
from patients.choices import DiagnosisType
from patients.services import patients, seeding, summaries
from patients.services.patient_details import SharedPatient
from patients.services.patients import has_patients_besides_demo, match_patients
from redox.services import webhook
from users.choices import AccountRole, Grant
from users.clients.protocol import User
from users.services import accounts
from users.services.neighbours import permission_service, profile_service, user_service


@dataclass(frozen=True, slots=True)
class Actor:
    """One of the invented people whose names and password are printed. Those who are in the examples of the
    description have their ids there."""

    email: str
    name: str
    user_id: str
    role: AccountRole = AccountRole.CLINICIAN


ADMIN = "admin"
# Printed, and in README.md: no account of an installation may have it.
PASSWORD = "lakeside-demo"  # noqa: S105
ADA = Actor("ada.admin@example.org", "Ada Admin", "ada0000001")
BEN = Actor("ben.member@example.org", "Ben Member", examples.CLINICIAN)
MARIA = Actor(
    "maria.olsen@example.org",
    "Maria Olsen",
    user_id=examples.USER,
    role=AccountRole.PATIENT,
)
MIA = Actor("mia.member@example.org", "Mia Member", "fade000001")
NORA = Actor("nora.north@example.org", "Nora North", "0a0a000001")
LEE = Actor("lee.legacy@example.org", "Lee Legacy", "1ee0000001", role=AccountRole.LEGACY_CLINIC)
CAST = (ADA, BEN, MARIA, MIA, NORA, LEE)
People = dict[Actor, User]
KnownIds = Mapping[str | None, ObjectId]  # by name
INVITE = examples.INVITE  # the key of Mia's invitation
BIRTHDAY = "1988-04-17"
# The summary of this seed has less than 70 % of 14 days in target.
SUMMARY_SEED = 1
DEMO_PATIENT = ("demo.patient@example.org", "Demo Patient")
PATIENTS, SEED = 60, 7
# Their newest data are so old, and so was all that was known of them then.
QUIET, QUIET_SEED, QUIET_DAYS = 4, 11, 120
OTHER_PATIENTS, OTHER_SEED = 6, 13
SUBSCRIBED = 25
TAGS = ("Type 1", "Type 2", "Pregnancy", examples.TAG_NAME, "Needs call")
SITES = (examples.SITE_NAME, "Hilltop", "Telehealth")
PROFILE = ClinicProfile(
    name=examples.CLINIC_NAME,
    address="1 Shore Road",
    city="Lakeside",
    state="CA",
    postal_code="92040",
    country="US",
    timezone="US/Pacific",
    clinic_type="provider_practice",
    clinic_size="0-249",
    preferred_bg_units=GlucoseUnits.MG_DL,
)
# Its units and time zone are those of the first, so that the two can be merged.
OTHER_PROFILE = replace(
    PROFILE, name="Hilltop Endocrine Practice", address="9 Hill Lane", city="Hilltop"
)
# Those of the examples of the description, where the clinic is made in a database without any: what a person pastes
# from there finds it.
IDS: Mapping[str | None, ObjectId] = {
    PROFILE.name: ObjectId(examples.CLINIC),
    OTHER_PROFILE.name: ObjectId(examples.OTHER_CLINIC),
    examples.TAG_NAME: ObjectId(examples.TAG),
    examples.SITE_NAME: ObjectId(examples.SITE),
}
SOURCE_ID = "0d6c2b7e-55d1-4a53-9b7e-2f6a1c0e9d11"
EHR: dict[str, Any] = {
    "enabled": True,
    "provider": EhrProvider.REDOX,
    "sourceId": SOURCE_ID,
    "mrnIdType": "MRN",
    "destinationIds": {
        "flowsheet": "11111111-aaaa-4aaa-8aaa-111111111111",
        "notes": "22222222-bbbb-4bbb-8bbb-222222222222",
        "results": "33333333-cccc-4ccc-8ccc-333333333333",
    },
    "procedureCodes": {
        Procedure.ENABLE_REPORTS.value: "TP-ENABLE",
        Procedure.DISABLE_REPORTS.value: "TP-DISABLE",
    },
    "scheduledReports": {"cadence": "14d", "onUploadEnabled": False},
    "tags": {},
    "flowsheets": {"icode": False},
}


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--password-file",
            required=True,
            type=Path,
            help="holds the password of the staff login",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        _refuse_where_people_are_real()
        password = options["password_file"].read_text().strip()
        _make_staff_login(password)
        known_ids: KnownIds = {} if user_service().get_user(ADA.email) else IDS
        people = {actor: _make_account(actor) for actor in CAST}
        ada = people[ADA]
        clinic = _make_clinic(people, known_ids)
        _make_other_clinic(people[NORA], known_ids)
        _share(people[MARIA], people[LEE])
        self.stdout.write(
            json.dumps(
                {
                    "clinicId": str(clinic["_id"]),
                    "admin": ADMIN,
                    "password": password,
                    "backendToken": accounts.issue_server_token(),
                    "adminToken": accounts.issue_user_token(ada.user_id),
                    "people": [
                        {"email": actor.email, "who": _who(user, clinic)}
                        for actor, user in people.items()
                    ],
                    "peoplePassword": PASSWORD,
                }
            )
        )


def _make_staff_login(password: str) -> None:
    users = auth.User.objects
    if users.filter(username=ADMIN).first() is None:
        users.create_superuser(ADMIN, password=password)


def _refuse_where_people_are_real() -> None:
    accounts.refuse_if_not_embedded(CommandError)
    if settings.ENVIRONMENT not in safeguards.UNGUARDED:
        message = "everyone can read the passwords of the demo people: ENVIRONMENT has to be local or test"
        raise CommandError(message)
    if user_service().get_user(ADA.email) is None and clinics.list_clinics(
        ClinicQuery(), skip=0, limit=1
    ):
        message = "this database holds clinics, and not the demo clinic: `make serve` starts without demo data"
        raise CommandError(message)


def _make_account(actor: Actor) -> User:
    """An account that exists keeps its password; one that was made without any gets it."""
    user = user_service().get_user(actor.email)
    if user is not None:
        accounts.set_first_password(user.user_id, PASSWORD)
        return user
    return accounts.create_user(
        email=actor.email,
        full_name=actor.name,
        roles=(actor.role,),
        password=PASSWORD,
        user_id=actor.user_id,
    )


def _make_clinic(people: People, known_ids: KnownIds) -> Document:
    """The clinic of which Ada is an admin. It is filled if it is new or was left incomplete."""
    ada = people[ADA]
    memberships = clinicians.list_memberships(ada.user_id, limit=1)
    if memberships:
        clinic = memberships[0].clinic
    else:
        _make_demo_patient()
        clinic = clinics.create_clinic(
            creator_id=ada.user_id, profile=PROFILE, clinic_id=known_ids.get(PROFILE.name)
        )
    if not has_patients_besides_demo(clinic["_id"]):
        _fill(clinic, people, known_ids)
    return clinic


def _fill(clinic: Document, people: People, known_ids: KnownIds) -> None:
    """Patients come last, except for Maria and their orders. While there are none, no one has edited the clinic by
    hand, so nothing is overwritten here."""
    clinic_id = clinic["_id"]
    _add_member(clinic_id, people[BEN], BEN.name)
    _invite(clinic_id, people[MIA], inviter=people[ADA])
    if not clinic.get("ehrSettings"):
        ehr_settings.update_ehr_settings(clinic_id, EHR)
    _make_tags_and_sites(clinic_id, known_ids)
    seeding.seed_patients(clinic_id=clinic_id, count=PATIENTS, seed=SEED)
    for patient in match_patients(clinic_ids=[clinic_id], limit=SUBSCRIBED):
        if patient.get("mrn"):
            webhook.receive(json.dumps(_order(patient)).encode())
    seeding.seed_patients(clinic_id=clinic_id, count=QUIET, seed=QUIET_SEED, days_ago=QUIET_DAYS)
    _add_maria(clinic_id, people[MARIA])


def _make_other_clinic(nora: User, known_ids: KnownIds) -> None:
    memberships = clinicians.list_memberships(nora.user_id, limit=1)
    if memberships:
        clinic = memberships[0].clinic
    else:
        clinic = clinics.create_clinic(
            creator_id=nora.user_id,
            profile=OTHER_PROFILE,
            clinic_id=known_ids.get(OTHER_PROFILE.name),
        )
    if clinic["name"] == OTHER_PROFILE.name and not has_patients_besides_demo(clinic["_id"]):
        seeding.seed_patients(clinic_id=clinic["_id"], count=OTHER_PATIENTS, seed=OTHER_SEED)


def _share(owner: User, legacy: User) -> None:
    """While no clinic has been opened for the legacy account: afterwards the patient has moved into it."""
    if AccountRole.LEGACY_CLINIC in legacy.roles:
        permission_service().set_permissions(owner.user_id, legacy.user_id, {Grant.VIEW: {}})


def _who(user: User, clinic: Document) -> str:
    """What the person is now: people try the service before it is started the next time."""
    present = user_service().get_user(user.user_id) or user
    parts = [
        f"{'admin' if ClinicianRole.ADMIN in one.clinician['roles'] else 'member'} of "
        + (
            "the clinic"
            if one.clinic["_id"] == clinic["_id"]
            else one.clinic.get("name") or "a clinic without a name"
        )
        for one in clinicians.list_memberships(present.user_id)
    ]
    if AccountRole.LEGACY_CLINIC in present.roles:
        parts = ["legacy account of a practice", *(parts or ["with no clinic yet"])]
    elif not parts and _is_invited(present):
        parts = ["invited, with no clinic yet"]
    elif AccountRole.PATIENT in present.roles:
        parts.append("patient with an account of her own")
    return ", ".join(parts) or "with no clinic"


def _is_invited(user: User) -> bool:
    try:
        return bool(clinician_invites.list_own_invites(Principal(user.user_id, is_server=False)))
    except NotFound:
        return False


def _order(patient: Document) -> dict[str, Any]:
    """The order that a health record system posts to subscribe a patient. A repetition is identical and
    therefore ignored."""
    first_name, _, last_name = patient["fullName"].rpartition(" ")
    number = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{patient['clinicId']}/{patient['userId']}"))
    return {
        "Meta": {
            "DataModel": "Order",
            "EventType": "New",
            "EventDateTime": clock.format_time(patient["createdTime"]),
            "Source": {"ID": SOURCE_ID, "Name": "Lakeside Health Orders"},
            "Logs": [{"ID": number, "AttemptID": number}],
        },
        "Patient": {
            "Identifiers": [{"ID": patient["mrn"], "IDType": "MRN"}],
            "Demographics": {
                "FirstName": first_name,
                "LastName": last_name,
                "DOB": patient["birthDate"],
            },
        },
        "Visit": {"VisitNumber": number[:8], "AccountNumber": number[9:13]},
        "Order": {
            "ID": f"ORD-{number[:8]}",
            "Status": "New",
            "Procedure": {"Code": EHR["procedureCodes"][Procedure.ENABLE_REPORTS.value]},
        },
    }


def _make_tags_and_sites(clinic_id: ObjectId, known_ids: KnownIds) -> None:
    clinic = access.access_clinic(clinic_id)
    if not clinic.get("patientTags"):
        for name in TAGS:
            tags.create_tag(clinic_id=clinic_id, name=name, tag_id=known_ids.get(name))
    if not clinic.get("sites"):
        for name in SITES:
            sites.create_site(clinic_id=clinic_id, name=name, site_id=known_ids.get(name))


def _make_demo_patient() -> None:
    if not settings.DEMO_PATIENT_USER_ID:
        return
    email, name = DEMO_PATIENT
    if user_service().get_user(settings.DEMO_PATIENT_USER_ID) is None:
        accounts.create_user(
            email=email,
            full_name=name,
            roles=(AccountRole.PATIENT,),
            user_id=settings.DEMO_PATIENT_USER_ID,
        )


def _invite(clinic_id: ObjectId, user: User, *, inviter: User) -> None:
    """The mail is written by a worker."""
    with suppress(ClinicAnswer):  # invited, or a member already
        clinician_invites.invite_clinician(
            clinic_id=str(clinic_id),
            email=user.address,
            roles=[ClinicianRole.MEMBER],
            inviter=Principal(inviter.user_id, is_server=False),
            key=INVITE,
        )


def _add_maria(clinic_id: ObjectId, maria: User) -> None:
    """She shares her data with the clinic, as if it had accepted her offer."""
    user_id = maria.user_id
    profile_service().update_profile(user_id, {"patient": {"birthday": BIRTHDAY}})
    shared = SharedPatient(
        permissions=(Grant.VIEW, Grant.UPLOAD, Grant.NOTE),
        said={"mrn": "MRN-0042", "diagnosisType": DiagnosisType.TYPE_1},
    )
    with suppress(Duplicate):
        patients.create_patient_from_user(clinic_id=clinic_id, user_id=user_id, shared=shared)
    summary = seeding.invent_summary(clinic_id, seed=SUMMARY_SEED)
    summaries.update_summary(user_id=user_id, body=summary)


def _add_member(clinic_id: ObjectId, user: User, name: str) -> None:
    if clinicians.find_clinician(clinic_id, user.user_id) is not None:
        return
    details = ClinicianDetails(
        roles=[ClinicianRole.MEMBER], email=user.username, name=name, user_id=user.user_id
    )
    clinicians.create_clinician(clinic_id=clinic_id, details=details)
