"""Clinics, as a merge reads them, for tests of plans and reports: short to write, and nothing is stored."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

from bson import ObjectId

from merges.plan.model import Clinic, Clinician, Patient, Site, Tag
from merges.plan.plan import make_plan

NOW = datetime(2025, 5, 2, 3, 4, 5, tzinfo=UTC)
ADMIN, MEMBER = "CLINIC_ADMIN", "CLINIC_MEMBER"
_numbers = count(1)


def new_id():
    return ObjectId(f"{next(_numbers):024x}")


def tag(name):
    return Tag(new_id(), name)


def site(name):
    return Site(new_id(), name)


def patient(full_name="", birth_date="", mrn="", user_id=None, **fields):
    record_id = new_id()
    user_id = str(record_id)[-10:] if user_id is None else user_id
    fields.setdefault("is_custodial", True)
    return Patient(record_id, user_id, full_name, birth_date, mrn, **fields)


def member(name, *roles, user_id=None, email=None):
    record_id = new_id()
    user_id = str(record_id)[-10:] if user_id is None else user_id
    email = f"{name.lower()}@example.org" if email is None else email
    return Clinician(record_id, user_id, name, email, roles or (MEMBER,))


def invite(email, invite_id=""):
    return replace(member("", user_id="", email=email), invite_id=invite_id)


def clinic(name, **fields):
    settings = {
        "glucose_units": "mg/dL",
        "timezone": "US/Pacific",
        "requires_mrn": False,
        "requires_unique_mrn": False,
    }
    return Clinic(**{"id": new_id(), "name": name, **settings, **fields})


def source(**fields):
    return clinic("Lakeside", **fields)


def target(**fields):
    return clinic("Hillside", **fields)


def plan(source_fields, target_fields):
    return make_plan(source(**source_fields), target(**target_fields), now=NOW)
