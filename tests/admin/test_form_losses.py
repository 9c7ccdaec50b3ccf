"""Saving a form removes no stored value that was not shown: what a form cannot show is listed on its page, and
stays until the person has agreed to lose it. Tried with every form that replaces a whole list or object."""

import pytest
from bson import Decimal128, ObjectId

from clinics.admin import settings
from clinics.admin.forms import RolesForm, SettingsForm
from clinics.admin.setting import Setting
from kernel import clock, db
from tests import ehr
from tests.admin.conftest import Staff, events, text
from tests.admin.posted_forms import form_with
from tests.api.test_broken_records import leaves, with_broken

# For each form, complete values of the fields that it replaces.
COMPLETE = {
    "profile": {
        "name": "Harbor", "address": "1 Pier", "city": "Bay", "state": "WA", "postalCode": "98101", "country": "US",
        "website": "harbor.example", "phoneNumbers": [{"number": "1"}, {"type": "Fax", "number": "2"}],
        "clinicType": "other", "clinicSize": "0-249", "PreferredBgUnits": "mg/dL",
    },
    "limits": {
        "patientCountSettings": {
            "hardLimit": {"plan": 5, "startDate": clock.now(), "endDate": clock.now()},
            "softLimit": {"plan": 4},
        }
    },
    "tier": {"tier": "tier0200"},
    "mrn": {"mrnSettings": {"required": True, "unique": False}},
    "timezone": {"timezone": "Europe/Berlin"},
    "notifications": {"suppressedNotifications": {"patientClinicInvitation": True, "other": True}},
    "restrictions": {
        "membershipRestrictions": [
            {"emailDomain": "example.org"},
            {"emailDomain": "clinic.example", "requiredIdp": "okta"},
        ]
    },
    "ehr": {
        "ehrSettings": {
            "enabled": True, "provider": "redox", "sourceId": "s", "mrnIdType": "MRN",
            "destinationIds": {"flowsheet": "f", "notes": "n", "results": "r"},
            "procedureCodes": {"enableSummaryReports": "A", "createAccount": "B"},
            "scheduledReports": {"cadence": "7d", "onUploadEnabled": True, "onUploadNoteEventType": "New"},
            "tags": {"codes": ["T", "U"], "separator": "|"}, "flowsheets": {"icode": True},
            "notes": {"includeGmi": True},
        }
    },
    "member": {"roles": ["CLINIC_MEMBER"], "name": "Ben Member"},
}  # fmt: skip
WRONG = [
    5,
    -1.5,
    "an unknown text, or two",
    ["x"],
    [{}],
    {"x": {"y": 1}},
    Decimal128("1.5"),
    ObjectId("6b0553fbbafa75e9de76e4d1"),
    True,
]
FORMS = settings.SETTINGS | {"member": RolesForm}
# An additional key in an object, which no form knows.
FOREIGN = "foreign"


def malformed(complete):
    """Every field with every wrong value, and an unknown key in every object."""
    for path in leaves(complete):
        for value in WRONG:
            yield with_broken(complete, path, value)
        current = complete
        for name in path:
            current = current[name]
        if isinstance(current, dict):
            yield with_broken(complete, path, {**current, FOREIGN: "kept elsewhere"})
        if isinstance(current, list):
            yield with_broken(complete, path, [*current, {FOREIGN: 5}])


class Form:
    """One of the forms, and its stored fields."""

    def __init__(self, kind, clinic, ben):
        at = f"clinics/{clinic['_id']}"
        self.person = Staff(superuser=True)
        self.collection, self.query = "clinics", {"_id": clinic["_id"]}
        self.path = f"{at}/settings/{kind}"
        self.names = list(COMPLETE[kind])
        if kind == "member":
            self.collection = "clinicians"
            self.query = {"clinicId": clinic["_id"], "userId": ben.user_id}
            self.path = f"{at}/members/{ben.user_id}/"

    def store(self, fields):
        db.database()[self.collection].update_one(self.query, {"$set": fields})

    def stored(self):
        document = db.collection(self.collection).find_one(self.query)
        return {name: document.get(name) for name in self.names}

    def open(self):
        page = self.person.get(self.path)
        return page, form_with("opened_on", page).values

    def send(self, values):
        return self.person.post(self.path, **{"reason": "T-1", **values}, confirmed="1")


@pytest.fixture(params=COMPLETE)
def kind(request):
    return request.param


@pytest.fixture
def form(kind, clinic, ben):
    return Form(kind, clinic, ben)


def without_empty(stored):
    """Without empty values, which all mean the same."""
    if isinstance(stored, dict):
        values = {name: without_empty(value) for name, value in stored.items()}
        return {name: value for name, value in values.items() if value not in (None, {}, [], "")}
    return [without_empty(item) for item in stored] if isinstance(stored, list) else stored


@pytest.mark.foreign_documents
def test_a_form_sent_unchanged_removes_nothing(form, kind):
    """A form whose page lists something is refused: see the next test."""
    lost, shape = [], FORMS[kind]
    for fields in malformed(COMPLETE[kind]):
        if shape.unshown_in(fields):
            continue
        form.store(fields)
        stored_before = form.stored()
        _, values = form.open()
        form.send(values)
        if form.stored() != stored_before:
            lost.append((fields, without_empty(form.stored())))
    assert lost == []


@pytest.mark.parametrize("kind", sorted(set(COMPLETE) - {"notifications"}), indirect=True)
def test_values_that_a_form_cannot_show_are_listed_and_removed_only_with_consent(form, kind):
    """The audit trail keeps them."""
    unshown = {"member": {"roles": ["CLINIC_MEMBER", 77177]}}.get(
        kind, dict.fromkeys(form.names, 77177)
    )
    form.store(COMPLETE[kind] | unshown)
    page, values = form.open()
    assert "77177" in text(page)
    assert "cannot show" in text(page)
    submitted = values | VALID.get(kind, {})
    refused = form.send(submitted)
    assert refused.status_code == 400
    assert "Agree to lose what is listed" in text(refused)
    assert "77177" in str(form.stored())

    assert form.send(submitted | {"remove_unshown": "on"}).status_code == 302

    assert "77177" not in str(form.stored())
    assert "cannot show" not in text(form.open()[0])
    (event,) = events(outcome="done", action={"$regex": "changed$"})
    assert "77177" in str(event["before"])
    assert "77177" not in str(event["after"])


# What has to be filled in where the form opens empty.
VALID = {
    "profile": {"name": "Harbor"},
    "member": {"roles": "CLINIC_MEMBER"},
    "ehr": {"source_id": ehr.SOURCE, "mrn_id_type": "MRN"},
}


@pytest.mark.foreign_documents
def test_a_malformed_restriction_is_shown_on_the_clinic_page_and_stays_in_force(clinic, root):
    """It admits no one; removed unseen, it would admit everyone."""
    form = Form("restrictions", clinic, None)
    form.store({"membershipRestrictions": [{"emailDomain": 77177}]})
    assert "77177" in text(root.get(f"clinics/{clinic['_id']}/"))
    _, values = form.open()
    form.send(values)
    assert form.stored() == {"membershipRestrictions": [{"emailDomain": 77177}]}


@pytest.mark.foreign_documents
def test_an_unshown_value_that_changed_while_the_form_was_open_is_not_removed(clinic):
    form = Form("restrictions", clinic, None)
    form.store({"membershipRestrictions": [{"emailDomain": 1}]})
    _, values = form.open()
    form.store({"membershipRestrictions": [{"emailDomain": 2}]})
    form.send(values | {"remove_unshown": "on"})
    assert form.stored() == {"membershipRestrictions": [{"emailDomain": 2}]}


def test_every_form_that_replaces_fields_declares_them():
    """A new settings form fails here until it is among those tested above."""
    replacing = {*SettingsForm.__subclasses__(), *Setting.__subclasses__()} - {Setting}
    assert replacing == set(FORMS.values())
    assert {name: set(form.STORED) for name, form in FORMS.items()} == {
        name: set(whole) for name, whole in COMPLETE.items()
    }
