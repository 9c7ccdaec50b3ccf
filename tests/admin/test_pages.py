"""Which role may open which page, and what finding and looking show (docs/admin.md)."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from clinics.services import clinicians
from kernel import clock, db, errors, jobs, outbox
from kernel.staff import pages, searches
from patients.services import patient_counts, plan_limits
from tests.admin.checked_files import checked_file
from tests.admin.conftest import ROLES, events, messages_of, patient_ids, text
from tests.admin.posted_forms import forms_of
from tests.events import deliver_all
from tests.factories import make_clinic

FINDERS = {"viewer", "support", "configuration", "integration", "destructive"}
# path -> roles that may GET it; {c} clinic, {p} patient, {m} member, {i} invite, {t} tag, {s} service account
PAGES = {
    "": set(ROLES),
    "clinics/": FINDERS,
    "clinics/attention": FINDERS,
    "find/": FINDERS,
    "users/?q=ada.admin@example.org": FINDERS,
    "clinics/{c}/": FINDERS,
    "clinics/{c}/members/": FINDERS,
    "clinics/{c}/count": FINDERS,
    "clinics/{c}/labels/": FINDERS,
    "clinics/{c}/history": FINDERS,
    "clinics/{c}/patients/": {"support"},
    "clinics/{c}/patients/tag": {"support"},
    "clinics/{c}/patients/from-file": {"support"},
    "clinics/{c}/patients/from-file/{f}": {"support"},
    "clinics/{c}/patients/template": {"support"},
    "clinics/{c}/patients/filters": {"support"},
    "clinics/{c}/patients/{p}/": {"support"},
    "clinics/{c}/patients/{p}/demographics": {"support"},
    "clinics/{c}/members/roles": {"support"},
    "clinics/{c}/members/{m}/": {"support"},
    "clinics/{c}/members/{m}/remove": {"support"},
    "clinics/{c}/invites/{i}/revoke": {"support"},
    "clinics/{c}/service-accounts/": {"integration"},
    "clinics/{c}/service-accounts/{s}/remove": {"integration"},
    "clinics/{c}/labels/tag/{t}/": {"configuration"},
    "clinics/{c}/delete": {"destructive"},
    "clinics/export": {"destructive"},
    "events/": FINDERS,
    "jobs/": set(ROLES),
    "jobs/{j}/": FINDERS,
    "jobs/{j}/progress": FINDERS,
    "numbers/": FINDERS,
    "sign-in/": set(ROLES),
    "sign-in/set-up": set(ROLES),
    "audit/": {"auditor"},
    "audit/export": {"auditor"},
    "jobs/{a}/": {"auditor"},
    "jobs/{a}/progress": {"auditor"},
    "accesses/": {"auditor"},
    "roles/": set(),  # for superusers
}
# Both roles together; neither alone.
PAIRS = {
    "clinics/{c}/patients/export": ("support", "destructive"),
    "jobs/{e}/": ("support", "destructive"),
    "jobs/{e}/progress": ("support", "destructive"),
    "clinics/{c}/patients/{p}/remove": ("support", "destructive"),
    "clinics/{c}/patients/move": ("support", "destructive"),
    "clinics/{c}/patients/remove": ("support", "destructive"),
    "clinics/{c}/patients/{p}/move": ("support", "destructive"),
    "clinics/{c}/patients/{p}/move/{o}/": ("support", "destructive"),
    "clinics/{c}/members/export": ("support", "destructive"),
}


def make_job(clinic, kind):
    options = {"format": "csv", "name": "patients"}
    asked_by = {"actor_id": "1", "actor_kind": "staff", "actor_name": "root"}
    return jobs.begin(jobs.KINDS[kind], clinic=clinic, asked_by=asked_by, options=options)


@pytest.fixture
def fill(clinic, ben):
    from clinics.admin.members import audit_key

    program = clinicians.ClinicianDetails(
        roles=["CLINIC_MEMBER"], name="Bridge", user_id="00000000cc", is_service_account=True
    )
    clinicians.create_clinician(clinic_id=clinic["_id"], details=program)
    return {
        "s": program.user_id,
        "j": make_job(clinic, "clinic.count"),
        "e": make_job(clinic, "patients.export"),
        "a": make_job(None, "audit.export"),
        "o": make_clinic(name="Other")["_id"],
        "f": checked_file(clinic),
        "c": clinic["_id"],
        "p": patient_ids(clinic)[0],
        "m": ben.user_id,
        "i": audit_key("secret-invite-key"),
        "t": clinic["patientTags"][0]["_id"],
    }


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_only_for_its_roles(page, fill, staff, bare_frame):
    for role in ROLES:
        response = staff(role).get(page.format(**fill))
        expected = 200 if role in PAGES[page] else 403
        assert response.status_code == expected, role
        list(getattr(response, "streaming_content", []))


@pytest.mark.parametrize("page", PAIRS)
def test_a_page_that_needs_two_roles_opens_for_neither_alone(page, fill, staff, bare_frame):
    both = PAIRS[page]
    for role in ROLES:
        assert staff(role).get(page.format(**fill)).status_code == 403
    assert staff(*both).get(page.format(**fill)).status_code == 200


def test_every_page_is_in_the_tables_above():
    """A new page without a row here fails."""
    tested = {
        "jobs", "job", "job_progress", "clinic_patients_tag", "clinic_patients_remove", "clinic_patients_move", "clinic_members_roles",
        "clinic_patients_from_file", "clinic_patients_checked", "clinic_patients_template", "clinic_patients_filters",
        "clinics", "clinic_troubles", "find", "user_lookup", "clinic", "clinic_members", "clinic_labels", "clinic_history",
        "clinic_patients", "clinic_count", "clinic_patient", "clinic_member", "member_remove", "invite_revoke", "label",
        "clinic_delete", "clinics_export", "outbox", "numbers", "audit", "audit_export", "clinic_patients_export", "accesses", "role_matrix",
        "patient_remove", "patient_demographics", "patient_move", "patient_move_to", "clinic_members_export", "service_accounts", "service_account_remove",
        # tested on their own
        "clinic_settings", "clinic_refresh", "label_add", "patient_connect", "outbox_row",
        "legacy_clinic", "clinic_migrations", "clinic_patients_filter", "clinic_patients_filter_remove",
        "outbox_requeue", "job_cancel", "job_again", "job_file", "audit_event", "sign_in", "sign_in_set_up", "sign_in_codes", "sign_in_remove",
        "sign_in_reset",
    }  # fmt: skip
    ours = ("kernel.", "clinic_records.", "patients.", "clinics.")
    names = {name for _, name, view in pages.PAGES if view.__module__.startswith(ours)}
    assert names == tested


@pytest.mark.yardstick("A1", "W2")
def test_a_refused_try_is_in_the_audit_trail(clinic, staff):
    person = staff("viewer")
    person.get(f"clinics/{clinic['_id']}/patients/")
    (event,) = events(outcome="denied")
    assert event["action"] == "page.clinic_patients"
    assert event["actor"]["id"] == person.id
    assert event["clinicId"] == clinic["_id"]


def test_actions_refuse_get_requests(clinic, root):
    at = f"clinics/{clinic['_id']}/"
    above = {
        f"{at}refresh": at,
        f"{at}labels/tag/add": f"{at}labels/",
        "events/start-again": "events/",
    }
    for path, page in above.items():
        answer = root.get(path)
        assert answer.url == f"/admin/{page}"
        assert messages_of(answer)[-1] == pages.NOT_PRESSED
    assert not events(action="clinic.count_refreshed")


# --- finding ----------------------------------------------------------------------------------------
def names_on(response):
    return [row["name"] for row in response.context["clinics"]]


def test_clinics_are_found_by_a_part_of_the_name_in_any_case(root):
    for name in ("Harbor North", "HARBOR south", "Mill (east)", "Mill [west]"):
        make_clinic(name=name)
    assert names_on(root.get("clinics/", {"q": "harbor"})) == ["Harbor North", "HARBOR south"]
    assert names_on(root.get("clinics/", {"q": "(EAST"})) == ["Mill (east)"]
    assert names_on(root.get("clinics/", {"q": ".*"})) == []


def test_clinics_are_found_by_words_in_any_order_without_accents(root):
    for name in ("Clinique du Dr. B\u00e9langer", "Clinique Be\u0301langer Est", "Clinique Roy"):
        make_clinic(name=name)
    for typed in ("belanger clin", "B\u00c9LANGER", " cli\u00a0 be\u0301l"):
        assert len(names_on(root.get("clinics/", {"q": typed}))) == 2, ascii(typed)
    assert len(names_on(root.get("clinics/", {"q": "est belanger"}))) == 1


def test_clinics_are_filtered_by_tier_ehr_and_creation(root):
    make_clinic(name="A", tier="tier0300", ehrSettings={"enabled": True, "provider": "redox"})
    make_clinic(name="B", tier="tier0100")
    clinic = make_clinic(name="C")
    db.database()["clinics"].update_one({"_id": clinic["_id"]}, {"$unset": {"tier": ""}})
    assert names_on(root.get("clinics/", {"tier": "tier0300"})) == ["A"]
    assert names_on(root.get("clinics/", {"tier": "tier0100"})) == ["B", "C"]
    assert names_on(root.get("clinics/", {"ehr": "yes"})) == ["A"]
    assert names_on(root.get("clinics/", {"ehr": "no"})) == ["B", "C"]
    today = clinic["createdTime"].date().isoformat()
    assert names_on(root.get("clinics/", {"from": today, "to": today})) == ["A", "B", "C"]
    assert names_on(root.get("clinics/", {"to": "2001-01-01"})) == []
    assert "A day is written as" in text(root.get("clinics/", {"from": "yesterday"}))


def test_clinics_are_paged_with_the_total(root):
    for number in range(30):
        make_clinic(name=f"Clinic {number:02}")
    first = root.get("clinics/", {"q": "clinic"})
    assert "1–25 of 30" in text(first)
    (key,) = set(re.findall(r"\?search=([\w-]+)&amp;page=2", text(first)))
    second = root.get("clinics/", {"search": key, "page": "2"})
    assert names_on(second) == [f"Clinic {number:02}" for number in range(25, 30)]
    for nonsense in ("0", "-1", "x", "²", "99999999999"):
        assert root.get("clinics/", {"page": nonsense}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "clinics/",
        "clinics/{c}/patients/",
        "events/",
        "ehr/runs/",
        "ehr/deliveries/",
        "ehr/messages/",
    ],
)
def test_a_page_behind_the_last_one_says_so_and_leads_back(path, clinic, root):
    answer = root.get(path.format(c=clinic["_id"]), {"size": "10", "page": "150"})
    page = text(answer)
    assert "There is no page 150" in page
    assert not [words for words in ("No patients yet", "No event gave up") if words in page]
    assert 'href="?size=10&amp;page=1"' in answer.content.decode()


def test_an_address_of_the_browser_finds_clinics_and_users(clinic, root, staff):
    page = f"/admin/clinics/{clinic['_id']}/"
    code = clinic["canonicalShareCode"]
    for typed, target in (
        (str(clinic["_id"]), page),
        (str(clinic["_id"]).upper(), page),
        (code, page),
        (code.lower(), page),
        (code.replace("-", "").lower(), page),
        (f"\u00a0{code.replace('-', ' ')} ", page),
        ("a1b2c3d4e5", "/admin/users/?q=a1b2c3d4e5"),
    ):
        assert root.get("find/", {"q": typed}).headers["Location"] == target
    for typed, target in (
        ("ada.admin@example.org", "users/"),
        ("harbor", "clinics/"),
        ("Philadelphia", "clinics/"),
    ):
        address = root.get("find/", {"q": typed}).headers["Location"]
        assert address.startswith(f"/admin/{target}?search=")
        assert f'value="{typed}"' in text(root.get(address.removeprefix("/admin/")))
    unknown = root.get("find/", {"q": "AAAA-BBBB-CCCC"})
    assert messages_of(unknown) == ["No clinic has the share code AAAA-BBBB-CCCC."]
    assert staff("auditor").get("find/", {"q": "x"}).status_code == 403


def test_the_user_lookup_shows_clinics_as_clinician_and_as_patient(clinic, ben, root, staff):
    page = text(root.get("users/", {"q": ben.email}))
    assert "Harbor Diabetes Center" in page
    assert ben.user_id in page
    patient = patient_ids(clinic)[0]
    assert "As a patient" in text(staff("support").get("users/", {"q": patient}))
    assert [event["object"]["id"] for event in events(action="user.looked_up")][-1] == patient


def test_a_viewer_does_not_learn_who_is_a_patient(clinic, staff):
    page = text(staff("viewer").get("users/", {"q": patient_ids(clinic)[0]}))
    assert "As a patient" not in page
    assert "Marker" not in page


def test_pending_invites_are_found_by_address(clinic, root):
    page = text(root.get("users/", {"q": "invited@example.org"}))
    assert "invited" in page
    assert "Harbor Diabetes Center" in page
    assert "No one found" in text(root.get("users/", {"q": "no.one@example.org"}))


# --- the clinic page --------------------------------------------------------------------------------
def test_the_integrations_of_a_clinic_are_spelled_out(clinic, root):
    def shown(**fields):
        db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": fields})
        rows = root.get(f"clinics/{clinic['_id']}/").context["integrations"]
        return {row.name: (row.state, row.words) for row in rows}

    assert shown() == {
        "Redox": ("not connected", ""),
        "Xealth": ("not connected", ""),
        "Single sign-on": ("not required", ""),
        "Direct connect": ("none connected", ""),
    }
    connected = shown(
        ehrSettings={"provider": "xealth", "enabled": True, "sourceId": "deployment-1"},
        membershipRestrictions=[{"emailDomain": "example.org", "requiredIdp": "okta"}, {"emailDomain": "b.org"}],
        patientCount={"providers": {"dexcom": {"states": {"connected": 2, "error": 1}, "total": 3}}},
    )  # fmt: skip
    assert connected == {
        "Redox": ("not connected", ""),
        "Xealth": ("on", "source deployment-1"),
        "Single sign-on": ("required", "example.org through okta"),
        "Direct connect": ("in use", "accounts that are connected: Dexcom 2"),
    }
    assert shown(ehrSettings={"enabled": False})["Redox"] == ("off", "set up, without a source id")


def test_the_bar_shows_in_words_and_numbers_how_full_a_clinic_is(clinic, root):
    def bar():
        return root.get(f"clinics/{clinic['_id']}/").context["bar"]

    def limit(**limits):
        plan_limits.set_limits(
            str(clinic["_id"]), {name: {"plan": plan} for name, plan in limits.items()}
        )

    assert (bar().plan, bar().hard, bar().word) == (3, 250, "within the limit")
    limit(hardLimit=3)
    assert (bar().kind, bar().word, bar().filled) == ("bad", "at the limit", 100)
    limit(hardLimit=2)
    assert bar().word == "over the limit"
    limit(hardLimit=10, softLimit=3)
    assert (bar().kind, bar().word, bar().soft_mark) == ("warn", "over the soft limit", 30)
    limit()
    assert (bar().kind, bar().word) == ("good", "no limit")
    limit(hardLimit=2)
    db.database()["clinics"].update_one({"_id": clinic["_id"]}, {"$set": {"tier": "tier0300"}})
    assert (bar().is_limited, bar().word) == (False, "no limit")
    page = text(root.get(f"clinics/{clinic['_id']}/"))
    assert "Limits are stored but not in force" in page


@pytest.mark.parametrize("start", [-60, 30], ids=["ended", "not begun"])
def test_a_full_clinic_outside_the_dates_of_its_limit_needs_no_attention(clinic, root, start):
    begins = clock.now() + timedelta(days=start)
    limit = {"plan": 2, "startDate": begins, "endDate": begins + timedelta(days=30)}
    plan_limits.set_limits(str(clinic["_id"]), {"hardLimit": limit})
    page = root.get(f"clinics/{clinic['_id']}/")
    assert (page.context["bar"].kind, page.context["bar"].word) == (
        "good",
        "limit not in force today",
    )
    assert page.context["troubles"] == []


def test_the_bar_has_a_text_for_screen_readers(clinic, root):
    page = text(root.get(f"clinics/{clinic['_id']}/"))
    assert 'aria-label="3 plan patients of 250: within the limit"' in page


def test_refreshing_the_count_repairs_it_and_is_recorded(clinic, staff):
    db.database()["patients"].delete_one({"clinicId": clinic["_id"]})
    person = staff("configuration")
    response = person.post(f"clinics/{clinic['_id']}/refresh")
    assert messages_of(response) == ["The patients are being counted again."]
    assert "being counted again, since" in text(person.get(f"clinics/{clinic['_id']}/"))
    assert "data-finished" not in text(person.get(f"clinics/{clinic['_id']}/count"))
    deliver_all()
    assert "data-finished" in text(person.get(f"clinics/{clinic['_id']}/count"))
    assert person.get(f"clinics/{clinic['_id']}/").context["bar"].plan == 2
    begun, ended = events(action="clinic.count_refreshed")
    assert (begun["scope"]["counted"]["plan"], begun["outcome"]) == (3, "begun")
    assert (ended["scope"]["succeeded"], ended["outcome"]) == (1, "done")
    assert staff("support").post(f"clinics/{clinic['_id']}/refresh").status_code == 302
    for role in set(ROLES) - {"support", "configuration"}:
        assert staff(role).post(f"clinics/{clinic['_id']}/refresh").status_code == 403


@pytest.mark.parametrize("count", [None, {"total": 3}, {"plan": "many"}])
def test_a_clinic_whose_patients_were_not_counted_shows_no_number(root, count):
    clinic = make_clinic(name="Uncounted", patientCount=count)
    for page in ("clinics/", f"clinics/{clinic['_id']}/"):
        assert "not counted yet" in root.get(page).content.decode()
    counted = {"$set": {"patientCount": {"plan": 0}}}
    db.collection("clinics").update_one({"_id": clinic["_id"]}, counted)
    for page in ("clinics/", f"clinics/{clinic['_id']}/"):
        assert "not counted yet" not in root.get(page).content.decode()


@pytest.mark.yardstick("A5")
def test_the_history_shows_changes_and_outlives_the_clinic(clinic, root, staff):
    staff("configuration").submit(f"clinics/{clinic['_id']}/settings/tier", tier="tier0200")
    staff("support").get(f"clinics/{clinic['_id']}/patients/")
    page = root.get(f"clinics/{clinic['_id']}/history")
    assert [event["action"] for event in page.context["events"]] == ["clinic.tier_changed"]
    looks = root.get(f"clinics/{clinic['_id']}/history", {"looks": "1"})
    assert [e["action"] for e in looks.context["events"]] == [
        "patients.listed",
        "clinic.tier_changed",
    ]
    db.database()["clinics"].delete_one({"_id": clinic["_id"]})
    after_deletion = root.get(f"clinics/{clinic['_id']}/history")
    assert "clinic.tier_changed" in text(after_deletion)
    assert f"<h1>{clinic['name']}</h1>" in text(after_deletion)


def test_what_the_list_of_clinics_does_not_find_is_handed_to_find(clinic, staff):
    viewer = staff("viewer")
    for typed in (clinic["canonicalShareCode"], str(clinic["_id"])):
        forms = forms_of(viewer.get("clinics/", {"q": typed}))
        assert [one for one in forms if one.action == "/admin/find/" and one.values["q"] == typed]
        assert viewer.post("find/", q=typed).url == f"/admin/clinics/{clinic['_id']}/"
    assert "everywhere" not in text(viewer.get("clinics/", {"q": "harbor"}))
    assert "everywhere" not in text(viewer.get("clinics/", {"tier": "tier0300"}))


@pytest.mark.parametrize("kind", [one for one in vars(errors).values() if isinstance(one, type)])
def test_words_for_staff_have_no_prefix_of_an_answer_of_the_api(kind):
    if not issubclass(kind, errors.DomainError):
        return
    assert pages.sentence(f"{kind.prefix}: something is wrong") == "Something is wrong."
    assert (
        pages.sentence(f"{kind.prefix}: {patient_counts.LIMIT_REACHED}")
        == "The plan of the clinic has no room."
    )


# --- events -----------------------------------------------------------------------------------------
def dead_rows(count, handler="clinics.x", **fields):
    moment = clock.now()
    times = dict.fromkeys(("createdTime", "updatedTime", "dueTime", "notBefore"), moment)
    row = {
        "event": "e",
        "handler": handler,
        "key": "",
        "payload": {"clinicId": "c"},
        "state": "dead",
        "queue": "default",
        "attempts": 9,
    }
    rows = [{**row, **times, **fields} for _ in range(count)]
    return db.database()[outbox.COLLECTION].insert_many(rows).inserted_ids


def count(state):
    return db.database()[outbox.COLLECTION].count_documents({"state": state, "event": "e"})


def test_a_list_that_is_counted_in_part_says_so_and_leads_on(root):
    dead_rows(530)
    last_counted = root.get("events/", {"state": "dead", "size": "100", "page": "5"})
    assert "401–500 of 500 or more" in text(last_counted)
    assert "page=6" in last_counted.context["paging"].next
    behind = root.get("events/", {"state": "dead", "size": "100", "page": "6"})
    assert behind.context["paging"].shown == 30
    assert behind.context["paging"].next == ""


def test_chosen_events_are_started_again_with_a_reason(staff):
    first, second, _ = dead_rows(3)
    person = staff("integration")
    response = person.post("events/start-again", row=[str(first), str(second)], reason="T-9")
    assert messages_of(response) == ["2 of 2 chosen events started again."]
    assert (count("dead"), count("pending")) == (1, 2)
    (event,) = events(action="outbox.requeue")
    assert event["scope"] == {"count": 2, "rows": [str(first), str(second)]}
    assert event["reason"] == "T-9"


def test_all_events_of_a_handler_are_started_again(staff):
    dead_rows(2, handler="clinics.x")
    dead_rows(1, handler="clinics.y")
    staff("integration").post("events/start-again", all="1", handler="clinics.x", reason="T")
    assert (count("dead"), count("pending")) == (1, 2)


@pytest.mark.yardstick("W2")
def test_events_are_not_started_again_without_reason_or_role(staff):
    (row,) = dead_rows(1)
    response = staff("integration").post("events/start-again", row=[str(row)], reason=" ")
    assert messages_of(response) == ["A reason or ticket number is needed."]
    assert (
        staff("support").post("events/start-again", row=[str(row)], reason="T").status_code == 403
    )
    assert messages_of(staff("integration").post("events/start-again", reason="T")) == [
        "No event was chosen."
    ]
    assert count("dead") == 1


def test_the_content_of_an_event_that_names_a_person_is_not_shown(root):
    (hidden,) = dead_rows(1, handler="unknown", payload={"recipient": "marker@example.org"})
    page = text(root.get(f"events/{hidden}/"))
    assert "marker" not in page
    assert "its content is not shown" in page
    assert root.get("events/6b0553fbbafa75e9de76e4d1/").status_code == 404


# --- audit ------------------------------------------------------------------------------------------
def test_the_audit_trail_is_filtered(clinic, root, staff):
    staff("configuration").submit(f"clinics/{clinic['_id']}/settings/tier", tier="tier0200")
    viewer = staff("viewer")
    viewer.client.force_login(viewer.user)
    viewer.get("audit/")

    def actions(**query):
        return [event["action"] for event in root.get("audit/", query).context["events"]]

    assert actions(clinic=str(clinic["_id"])) == ["clinic.tier_changed"]
    assert actions(actor="viewer") == ["page.audit", "staff.login"]
    assert actions(action="clinic.tier_changed") == ["clinic.tier_changed"]
    assert actions(outcome="denied") == ["page.audit"]
    assert actions(object=str(clinic["_id"])) == ["clinic.tier_changed"]
    today = clinic["createdTime"].date().isoformat()
    assert len(actions(**{"from": today, "to": today})) >= 2
    assert actions(to="2001-01-01") == []


def test_an_audit_event_shows_its_difference_and_its_seal(clinic, root, staff):
    staff("configuration").submit(f"clinics/{clinic['_id']}/settings/tier", tier="tier0200")
    (event,) = events(action="clinic.tier_changed")
    page = text(root.get(f"audit/{event['_id']}/"))
    assert "<del>Free</del>" in page
    assert "seal intact" in page
    db.database()["auditEvents"].update_one({"_id": event["_id"]}, {"$set": {"reason": "x"}})
    assert "seal broken" in text(root.get(f"audit/{event['_id']}/"))


def test_exporting_the_trail_is_recorded_in_the_trail(clinic, staff):
    staff("configuration").submit(f"clinics/{clinic['_id']}/settings/tier", tier="tier0200")
    response = staff("auditor").export("audit/export", {"action": "clinic.tier_changed"})
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines[0].startswith('\ufeff"number","time","environment","actor"')
    assert len(lines) == 2
    assert "tier0200" in lines[1]
    (event,) = events(action="audit.export")
    assert "clinic.tier_changed" in event["scope"]["filter"]


@pytest.mark.parametrize("text", ["\0", "a\0b", "\x1f", "o" * 2000, "ﷺ" * 300])
def test_any_search_text_is_answered(clinic, root, text):
    base = f"clinics/{clinic['_id']}"
    for page in (
        "clinics/",
        "users/",
        f"{base}/patients/",
        f"{base}/patients/export",
        f"{base}/members/",
    ):
        response = root.get(page, {"q": text})
        if response.status_code == 302:  # it cannot be kept: see test_searches
            response = root.client.get(response.headers["Location"])
            assert searches.UNUSABLE.encode() in response.content
        assert response.status_code == 200, page
        if response.streaming:
            assert b"".join(response.streaming_content)


def test_every_empty_list_says_what_to_do_or_where_to_look():
    """`_empty.html` with a heading alone leaves the reader there."""
    shown = [
        (template.name, words)
        for template in Path(settings.BASE_DIR).glob("*/templates/**/*.html")
        for words in re.findall(r'include "staff/_empty.html" with ([^%]*)', template.read_text())
    ]
    assert len(shown) > 40
    assert [(name, words) for name, words in shown if "text=" not in words] == []


# Forms with a button in the colour of danger that ask for no typed name, and why.
WITHOUT_TYPED_NAME = {
    "_with_reason.html": "canceled work keeps what was done, and can be begun again",
    "_stop.html": "the merge is taken back",
    "overview.html": "asks for a code of the app that is removed",
    "reset.html": "another one is set up",
    "saved_filters.html": "of one's own, and quickly saved again",
}


def test_what_cannot_be_undone_asks_for_the_typed_name():
    forms = [
        (template.name, form)
        for template in Path(settings.BASE_DIR).glob("*/templates/**/*.html")
        for form in re.findall(r"<form.*?</form>", template.read_text(), re.DOTALL)
        if re.search(r"<button[^>]*st-destroy", form)
    ]
    typed = [form for _, form in forms if "staff/_typed" in form]
    assert len(typed) > 6
    assert {name for name, form in forms if form not in typed} == WITHOUT_TYPED_NAME.keys()
    assert all("data-confirms" in form for form in typed)


def test_the_page_of_a_clinic_shows_what_its_record_says(clinic, staff):
    profile = {
        "address": "1 Shore Road", "city": "Lakeside", "state": "CA", "postalCode": "92040", "country": "US",
        "website": "https://harbor.example.org", "clinicType": "provider_practice", "clinicSize": "250-499",
        "PreferredBgUnits": "mmol/L", "timezone": "US/Pacific", "createdTime": datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
        "isMigrated": False, "mrnSettings": {"required": True, "unique": False},
    }  # fmt: skip
    db.collection("clinics").update_one({"_id": clinic["_id"]}, {"$set": profile})
    page = text(staff("viewer").get(f"clinics/{clinic['_id']}/"))
    for shown in (
        "Harbor Diabetes Center", str(clinic["_id"]), clinic["canonicalShareCode"], "1 Shore Road", "Lakeside CA 92040",
        "+1 555 0100", "https://harbor.example.org", "provider practice, 250-499", "mmol/L", "US/Pacific", ">Free<",
        "4 Mar 2026, 05:06 UTC", "not migrated", "required:</span> yes",
    ):  # fmt: skip
        assert shown in page, shown
