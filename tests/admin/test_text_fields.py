"""Staff forms refuse the texts that the API refuses: every text field of every form, and both side by side."""

import re

import pytest
from django.contrib.auth.models import User

from kernel import db
from kernel.staff import searches
from tests import ehr
from tests.admin.all_pages import pages
from tests.admin.conftest import PASSWORD, events, messages_of, stored, text
from tests.admin.large_data import ADDRESS, LargeData
from tests.admin.posted_forms import form_with, forms_of
from tests.admin.test_searches import fields_in_addresses
from tests.cast import QuickClient

# Values that a form needs besides those that the page fills in.
FILLED_IN = {
    "reason": "TICKET-1", "name": "New name", "address": ADDRESS, "username": "new.person", "hard_plan": "12",
    "password1": PASSWORD, "password2": PASSWORD,
}  # fmt: skip
SECRETS = {"code", "q"}  # compared with what is stored, and not stored themselves
WRITTEN = (
    "clinics",
    "clinicians",
    "patients",
    "outbox",
    "ehrProcessing",
    "auth_user",
    "staffFactors",
)
_TECHNICAL = re.compile(r"<(script|style|code|pre|textarea|datalist)\b.*?</\1>", re.DOTALL)
_PIECE, _TAG = re.compile(r"</?span>|<wbr>"), re.compile(r"<[^>]*>")
# Not in parentheses, behind the name; not parts of the names of handlers and routes.
_CODES = re.compile(
    r"(?<![(./-])\b(dexcom|abbott|redox|xealth|tier0[1-4]00|pendingReconnect|CLINIC_[A-Z]+)\b(?![./-])"
)
CONTROL, ENDLESS = "a\x07b", "x" * 5000


@pytest.fixture
def client():
    superuser = QuickClient()
    superuser.force_login(User.objects.create_superuser("root", ADDRESS, PASSWORD))
    return superuser


@pytest.mark.walk
def test_forms_refuse_control_characters_and_too_long_texts_and_put_no_person_into_an_address(
    client, request, written
):
    """One test, because opening all pages takes longer than to look at their forms. New pages are included
    automatically."""
    data = LargeData()
    state_before, tried, accepted = state(), set(), []
    opened = pages(client, data.values)
    assert list(fields_in_addresses(opened)) == []
    assert not (found := list(codes_shown(opened))), found
    pages_to_try = [*opened.items(), (limits(data), review(client, data))]
    request.getfixturevalue("bare_frame")  # only now: the frame has links that led to the pages
    for path, page in pages_to_try:
        for form in forms_of(page):
            target = form.action or path
            if searches.KEY in form.values:
                continue  # nothing of it is stored; tests/admin/test_searches.py
            for name in set(form.texts) - SECRETS:
                for typed in (CONTROL, ENDLESS):
                    values = {**form.values, **filled_in(form), name: typed}
                    written.clear()
                    answer = client.post(target, values)
                    tried.add(name)
                    is_changed = not written.isdisjoint(WRITTEN) and state() != state_before
                    if not is_refused(answer, name) or is_changed:
                        accepted.append((target, name, typed[:5], answer.status_code))
                        state_before = state()
    assert not accepted, accepted
    assert {
        "reason",
        "name",
        "typed",
        "source_id",
        "restrictions",
        "tag_separator",
        "first_name",
        "address",
    } <= tried
    assert not [event for event in events() if CONTROL in str(event) or ENDLESS in str(event)]


def codes_shown(opened):
    """Codes where people read names, outside of JSON, of what stands in fixed-width type, and of what is typed."""
    for path, page in opened.items():
        shown = _TAG.sub(" ", _PIECE.sub("", _TECHNICAL.sub(" ", text(page))))
        yield from ((path, code) for code in set(_CODES.findall(shown)))


def limits(data):
    return f"/admin/clinics/{data.clinic['_id']}/settings/limits"


def review(client, data):
    """The page that shows a change before it is saved."""
    form = form_with("hard_plan", client.get(limits(data)))
    return client.post(limits(data), {**form.values, **filled_in(form)})


def filled_in(form):
    return {name: value for name, value in FILLED_IN.items() if name in form.values}


def is_refused(answer, name):
    """An error on the field; where the form is on another page, a message there that names the field."""
    if answer.status_code == 302:
        label = {"reason": "Reason or ticket number: ", "name": "Name: "}.get(name, name)
        return messages_of(answer)[-1:] and messages_of(answer)[-1].startswith(label)
    fields = re.findall(rf'<(?:input|textarea)[^>]*name="{name}"[^>]*>', text(answer))
    return any('aria-invalid="true"' in field for field in fields)


def state():
    return {name: list(db.database()[name].find({}, {"last_login": 0})) for name in WRITTEN}


# --- compared with the API ---------------------------------------------------------------------------------
TYPED = (
    "Pump 2", " Pump\u00a0\u00a02\t", "Pump\n2", "a\x07b", "a\x00b", "\u200b", "\u202a", "   ", "-", "+1", "a/b", "/a", "#", "é",
    "e\u0301", "名", "😀", "a😀", "x" * 20, "x" * 21, "x" * 200, "x" * 201, "x" * 256, "x" * 257, "x" * 1001, "\x85", "a\x85b", "a\x1fb",
)  # fmt: skip


TYPED_IN_SETTINGS = [
    " Pump\u00a0\u00a02\t",
    "a\x07b",
    "a\x00b",
    "\u200b",
    "   ",
    "é",
    "e\u0301",
    "😀",
    "x" * 256,
    "x" * 257,
    "a\x85b",
]


def named(clinic, kind):
    return [label["name"] for label in stored(clinic)["patientTags" if kind == "tag" else "sites"]]


@pytest.mark.parametrize("kind", ["tag", "site"])
def test_a_name_of_a_tag_or_site_is_accepted_or_refused_as_by_the_api(
    kind, clinic, ada, staff, bare_frame
):
    person, base = staff("configuration"), f"clinics/{clinic['_id']}/labels/{kind}"
    operation = f"/v1/clinics/{clinic['_id']}/{'patient_tags' if kind == 'tag' else 'sites'}"
    names_before = named(clinic, kind)
    item_id = (
        stored(clinic)["patientTags"][0]["_id"]
        if kind == "tag"
        else stored(clinic)["sites"][0]["id"]
    )
    original = stored(clinic)
    for typed in TYPED:
        is_accepted = ada.api.post(operation, {"name": typed}).status_code == 200
        by_api = named(clinic, kind)
        assert (by_api != names_before) == is_accepted
        restore(original)
        response = person.post(f"{base}/add", name=typed)
        assert named(clinic, kind) == by_api, typed
        assert response.status_code == (302 if is_accepted else 400)
        restore(original)
        response = person.post(f"{base}/{item_id}/", do="rename", name=typed)
        assert response.status_code == (302 if is_accepted else 400)
        assert named(clinic, kind)[0] == (by_api[2] if is_accepted else names_before[0])
        restore(original)


def restore(clinic):
    db.database()["clinics"].replace_one({"_id": clinic["_id"]}, clinic)


FIELDS = {
    "source_id": ("sourceId",),
    "mrn_id_type": ("mrnIdType",),
    "flowsheet": ("destinationIds", "flowsheet"),
    "enable_reports": ("procedureCodes", "enableSummaryReports"),
    "create_and_enable": ("procedureCodes", "createAccountAndEnableReports"),
    "tag_codes": ("tags", "codes"),
    "tag_separator": ("tags", "separator"),
}


def reach(settings, path):
    for name in path:
        settings = settings.get(name)
    return settings


@pytest.mark.parametrize("field", FIELDS)
def test_ehr_settings_are_accepted_or_refused_as_by_the_api(
    field, clinic, backend, staff, bare_frame
):
    """Forms treat an empty text in their own way: as not given. Redox has ids of one form, Xealth any text."""
    body = {
        **ehr.SETTINGS,
        "provider": "xealth",
        "notes": {"includeGMI": True},
        "flowsheets": {"icode": False},
    }
    path, path_in_settings = f"/v1/clinics/{clinic['_id']}/settings/ehr", FIELDS[field]
    page, person = f"clinics/{clinic['_id']}/settings/ehr", staff("integration")
    assert backend.put(path, body).status_code == 200
    original, form = stored(clinic), form_with("opened_on", person.get(page))
    for typed in TYPED_IN_SETTINGS:
        changed = {
            **body,
            **nested(path_in_settings, [typed] if field == "tag_codes" else typed, body),
        }
        is_accepted = backend.put(path, changed).status_code == 200
        by_api_value = reach(stored(clinic)["ehrSettings"], path_in_settings)
        restore(original)
        sent = {**form.values, field: typed, "confirmed": "1", "reason": "T-1"}
        answer = person.post(page, **sent)
        by_form = reach(stored(clinic)["ehrSettings"], path_in_settings)
        restore(original)
        if is_blank(typed, field):
            assert not by_form or by_form == reach(body, path_in_settings)
            continue
        assert answer.status_code == (302 if is_accepted else 400), typed
        assert by_form == by_api_value, typed


def is_blank(typed, field):
    return not typed.strip("\u200b\u202a \x85") and field not in ("tag_separator", "mrn_id_type")


def nested(path, value, body):
    if len(path) == 1:
        return {path[0]: value}
    return {path[0]: {**body[path[0]], path[1]: value}}


@pytest.mark.parametrize(
    ("typed", "stored_reason"),
    [
        ("  TICKET\u00a0 1\t", "TICKET 1"),
        ("two\r\nlines", "two lines"),
        ("e\u0301", "é"),
        ("x" * 500, "x" * 500),
    ],
)
def test_a_reason_is_stored_in_its_normal_form(typed, stored_reason, clinic, staff):
    tag = clinic["patientTags"][0]["_id"]
    page = f"clinics/{clinic['_id']}/labels/tag/{tag}/"
    staff("configuration").post(page, do="delete", typed="Pump", reason=typed)
    assert [event["reason"] for event in events(action="tag.deleted")] == [stored_reason]


def test_a_line_of_the_restrictions_is_validated_against_the_schema(clinic, staff):
    page, person = f"clinics/{clinic['_id']}/settings/restrictions", staff("integration")
    response = person.submit(page, restrictions=" Example.org \u00a0 my-idp\r\n\r\nexample.com")
    assert response.status_code == 302
    assert stored(clinic)["membershipRestrictions"] == [
        {"emailDomain": "example.org", "requiredIdp": "my-idp"},
        {"emailDomain": "example.com"},
    ]
    for line in (
        "example.org a\x07b",
        f"example.org {'x' * 257}",
        "example.org my idp",
        "a\x0bb.example\x07",
    ):
        form = form_with("opened_on", person.get(page))
        answer = person.post(page, **{**form.values, "restrictions": line, "confirmed": "1"})
        assert answer.status_code == 400, line
    assert len(stored(clinic)["membershipRestrictions"]) == 2
