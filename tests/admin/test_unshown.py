"""Saving a form removes nothing that no one has seen: what a form cannot show is listed on its page, and stays until
someone has agreed to lose it. Walked over every form that replaces a whole list or object."""

import pytest
from bson import Decimal128, ObjectId

from clinics.admin import forms, settings
from clinics.admin.forms import RolesForm, SettingsForm
from kernel import clock, db
from tests.admin.conftest import Staff, events, text
from tests.admin.posted_forms import form_with
from tests.api.test_broken_records import leaves, spoilt

# What each form is about, in full: the fields it replaces.
WHOLE = {
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
FORMS = {name: kind.form for name, kind in settings.KINDS.items()} | {"member": RolesForm}
# One more member in an object, which no form knows.
FOREIGN = "foreign"


def broken(whole):
    """Every field in every wrong form, and something unknown in every object."""
    for path in leaves(whole):
        for wrong in WRONG:
            yield spoilt(whole, path, wrong)
        found = whole
        for name in path:
            found = found[name]
        if isinstance(found, dict):
            yield spoilt(whole, path, {**found, FOREIGN: "kept elsewhere"})
        if isinstance(found, list):
            yield spoilt(whole, path, [*found, {FOREIGN: 5}])


class Form:
    """One of the forms, and what is stored of it."""

    def __init__(self, kind, clinic, ben):
        at = f"clinics/{clinic['_id']}"
        self.person = Staff(superuser=True)
        self.collection, self.query = "clinics", {"_id": clinic["_id"]}
        self.path = f"{at}/settings/{kind}"
        self.names = list(WHOLE[kind])
        if kind == "member":
            self.collection = "clinicians"
            self.query = {"clinicId": clinic["_id"], "userId": ben.user_id}
            self.path = f"{at}/members/{ben.user_id}/"

    def store(self, fields):
        db.database()[self.collection].update_one(self.query, {"$set": fields})

    def stored(self):
        found = db.collection(self.collection).find_one(self.query)
        return {name: found.get(name) for name in self.names}

    def open(self):
        page = self.person.get(self.path)
        return page, form_with("opened_on", page).values

    def send(self, values):
        return self.person.post(self.path, **values, confirmed="1")


@pytest.fixture(params=WHOLE)
def kind(request):
    return request.param


@pytest.fixture
def form(kind, clinic, ben):
    return Form(kind, clinic, ben)


def read(stored):
    """Nothing, in any of its forms, is nothing."""
    if isinstance(stored, dict):
        found = {name: read(value) for name, value in stored.items()}
        return {name: value for name, value in found.items() if value not in (None, {}, [], "")}
    return [read(item) for item in stored] if isinstance(stored, list) else stored


def test_a_form_that_is_sent_as_it_was_opened_removes_nothing(form, kind):
    """Where its page lists something, it is refused: see the next test."""
    lost, shape = [], FORMS[kind]
    for fields in broken(WHOLE[kind]):
        if shape.unshown_in(fields):
            continue
        form.store(fields)
        before = form.stored()
        _, values = form.open()
        form.send(values)
        if form.stored() != before:
            lost.append((fields, read(form.stored())))
    assert lost == []


@pytest.mark.parametrize("kind", sorted(set(WHOLE) - {"notifications"}), indirect=True)
def test_what_a_form_cannot_show_is_listed_and_goes_with_the_persons_consent(form, kind):
    """And the audit trail keeps it."""
    wrong = {"member": {"roles": ["CLINIC_MEMBER", 77177]}}.get(
        kind, dict.fromkeys(form.names, 77177)
    )
    form.store(WHOLE[kind] | wrong)
    page, values = form.open()
    assert "77177" in text(page)
    assert "cannot show" in text(page)
    given = values | VALID.get(kind, {})
    refused = form.send(given)
    assert refused.status_code == 400
    assert "Agree to lose what is listed" in text(refused)
    assert "77177" in str(form.stored())

    assert form.send(given | {"remove_unshown": "on"}).status_code == 302

    assert "77177" not in str(form.stored())
    assert "cannot show" not in text(form.open()[0])
    (event,) = events(outcome="done", action={"$regex": "changed$"})
    assert "77177" in str(event["before"])
    assert "77177" not in str(event["after"])


# What has to be entered where the form opens empty.
VALID = {
    "member": {"roles": "CLINIC_MEMBER"},
    "ehr": {"source_id": "s", "mrn_id_type": "MRN"},
}


def test_a_broken_restriction_is_seen_on_the_clinics_page_and_stays_in_force(clinic, root):
    """It admits no one; removed unseen, it would admit everyone."""
    form = Form("restrictions", clinic, None)
    form.store({"membershipRestrictions": [{"emailDomain": 77177}]})
    assert "77177" in text(root.get(f"clinics/{clinic['_id']}/"))
    _, values = form.open()
    form.send(values)
    assert form.stored() == {"membershipRestrictions": [{"emailDomain": 77177}]}


def test_what_changes_unseen_while_the_form_is_open_is_not_removed(clinic):
    form = Form("restrictions", clinic, None)
    form.store({"membershipRestrictions": [{"emailDomain": 1}]})
    _, values = form.open()
    form.store({"membershipRestrictions": [{"emailDomain": 2}]})
    form.send(values | {"remove_unshown": "on"})
    assert form.stored() == {"membershipRestrictions": [{"emailDomain": 2}]}


def test_every_form_that_replaces_something_says_what_it_can_show():
    """A new settings form fails here until it is one of those that are walked."""
    found = [form for form in vars(forms).values() if isinstance(form, type)]
    replacing = {f for f in found if issubclass(f, SettingsForm)} - {SettingsForm}
    assert replacing == set(FORMS.values())
    assert {name: set(form.STORED) for name, form in FORMS.items()} == {
        name: set(whole) for name, whole in WHOLE.items()
    }
