"""Fill the database with one invented clinic, and print as JSON what a person needs to try the service.

Safe to repeat: existing records stay. Accounts are created in the embedded user service only.
"""

import json
import uuid
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
from clinics.services.clinics import ClinicProfile
from kernel import clock
from kernel.choices import ClinicianRole
from kernel.db import Document
from patients.services import seeding
from patients.services.patients import has_patients_besides_demo, match_patients
from redox.services import webhook
from users.choices import AccountRole
from users.clients.protocol import EmailTaken, User
from users.services import accounts
from users.services.neighbours import user_service

ADMIN = "admin"
ADA = ("ada.admin@example.org", "Ada Admin")
MEMBERS = (("ben.member@example.org", "Ben Member"), ("mia.member@example.org", "Mia Member"))
DEMO_PATIENT = ("demo.patient@example.org", "Demo Patient")
PATIENTS, SEED = 60, 7
SUBSCRIBED = 25
TAGS = ("Type 1", "Type 2", "Pregnancy", "Pump start", "Needs call")
SITES = ("Lakeside", "Hilltop", "Telehealth")
PROFILE = ClinicProfile(
    name="Lakeside Diabetes Center",
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
        accounts.refuse_if_not_embedded(CommandError)
        password = options["password_file"].read_text().strip()
        _make_staff_login(password)
        ada = _make_account(*ADA)
        clinic = _make_clinic(ada)
        self.stdout.write(
            json.dumps(
                {
                    "clinicId": str(clinic["_id"]),
                    "admin": ADMIN,
                    "password": password,
                    "backendToken": accounts.issue_server_token(),
                    "adminToken": accounts.issue_user_token(ada.user_id),
                }
            )
        )


def _make_staff_login(password: str) -> None:
    users = auth.User.objects
    if users.filter(username=ADMIN).first() is None:
        users.create_superuser(ADMIN, password=password)


def _make_account(email: str, name: str) -> User:
    try:
        return accounts.create_user(email=email, full_name=name, roles=(AccountRole.CLINICIAN,))
    except EmailTaken:
        user = user_service().get_user(email)
        assert user is not None  # noqa: S101 (the address is taken)
        return user


def _make_clinic(ada: User) -> Document:
    """The clinic of which Ada is an admin. It is filled if it is new or was left incomplete."""
    memberships = clinicians.list_memberships(ada.user_id, limit=1)
    if memberships:
        clinic = memberships[0].clinic
    else:
        _make_demo_patient()
        clinic = clinics.create_clinic(creator_id=ada.user_id, profile=PROFILE)
    if not has_patients_besides_demo(clinic["_id"]):
        _fill(clinic)
    return clinic


def _fill(clinic: Document) -> None:
    """Patients come last, except for their orders. While there are none, no one has edited the clinic by
    hand, so nothing is overwritten here."""
    clinic_id = clinic["_id"]
    for email, name in MEMBERS:
        _add_member(clinic_id, _make_account(email, name), name)
    if not clinic.get("ehrSettings"):
        ehr_settings.update_ehr_settings(clinic_id, EHR)
    _make_tags_and_sites(clinic_id)
    seeding.seed_patients(clinic_id=clinic_id, count=PATIENTS, seed=SEED)
    for patient in match_patients(clinic_ids=[clinic_id], limit=SUBSCRIBED):
        if patient.get("mrn"):
            webhook.receive(json.dumps(_order(patient)).encode())


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


def _make_tags_and_sites(clinic_id: ObjectId) -> None:
    clinic = access.access_clinic(clinic_id)
    if not clinic.get("patientTags"):
        for name in TAGS:
            tags.create_tag(clinic_id=clinic_id, name=name)
    if not clinic.get("sites"):
        for name in SITES:
            sites.create_site(clinic_id=clinic_id, name=name)


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


def _add_member(clinic_id: ObjectId, user: User, name: str) -> None:
    if clinicians.find_clinician(clinic_id, user.user_id) is not None:
        return
    details = ClinicianDetails(
        roles=[ClinicianRole.MEMBER], email=user.username, name=name, user_id=user.user_id
    )
    clinicians.create_clinician(clinic_id=clinic_id, details=details)
