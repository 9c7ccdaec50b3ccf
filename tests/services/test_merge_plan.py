"""What the plan of a merge says: pure functions, so no test here needs the database (rules MERGE-4 to MERGE-30)."""

import random
import time
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from merges.choices import Category, RecordAction, SiteAction, TagAction
from merges.plan.duplicates import MOST_LISTED
from merges.plan.model import Restriction, Severity
from merges.plan.plan import make_plan
from tests.merge_plans import (
    ADMIN,
    MEMBER,
    NOW,
    clinic,
    invite,
    member,
    patient,
    plan,
    site,
    source,
    tag,
    target,
)

MERGED = "View error(s) on the 'Duplicates in Merged Workspace' tab"
OWN = "View error(s) on the 'Duplicates in Source Clinic' tab"


def blocking(made):
    return [problem.message for problem in made.problems if problem.severity is Severity.BLOCKS]


def notices(made):
    return {p.code: p for p in made.problems if p.severity is Severity.NOTICE}


def problem(made, code):
    found = next(entry for entry in made.problems if entry.code == code)
    assert found.advice
    assert found.clinic_id in (made.source.id, made.target.id)
    return found


# --- settings and names ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("MRN Required", {"requires_mrn": True}),
        ("MRN Unique", {"requires_unique_mrn": True}),
        ("Glucose Units", {"glucose_units": ""}),
        ("Timezone", {"timezone": ""}),
    ],
)
@pytest.mark.parametrize("is_in_source", [True, False])
def test_each_setting_has_to_be_equal(name, fields, is_in_source):
    made = plan(fields, {}) if is_in_source else plan({}, fields)

    assert blocking(made) == ["Settings mismatch"]
    assert not made.can_execute
    found = problem(made, "settings_mismatch")
    assert found.subjects == (name,)
    assert found.advice == f"Give both workspaces the same values of: {name}."
    assert [entry.name for entry in made.settings if not entry.is_equal] == [name]


def test_settings_are_shown_as_people_know_them():
    made = plan({"requires_mrn": True}, {"requires_unique_mrn": True})
    shown = {entry.name: (entry.source_value, entry.target_value) for entry in made.settings}

    assert shown == {
        "Partial SSO*": ("N/A", "N/A"),
        "MRN Required": ("Required", "Not Required"),
        "MRN Unique": ("No", "Yes"),
        "Glucose Units": ("mg/dL", "mg/dL"),
        "Timezone": ("US/Pacific", "US/Pacific"),
    }


ONE, OTHER = Restriction("one.example", "idp"), Restriction("two.example")


@pytest.mark.parametrize(
    ("in_source", "in_target", "may_merge"),
    [
        ((), (ONE,), True),
        ((ONE,), (OTHER, ONE), True),
        ((ONE,), (), False),
        ((ONE,), (Restriction("one.example"),), False),
        ((ONE,), (Restriction("one.example", "elsewhere"), ONE), True),
        ((ONE,), (ONE, Restriction("one.example", "elsewhere")), False),
    ],
)
def test_the_target_needs_every_restriction_of_the_source(in_source, in_target, may_merge):
    made = plan({"restrictions": in_source}, {"restrictions": in_target})
    assert made.can_execute is may_merge
    assert blocking(made) == ([] if may_merge else ["Settings mismatch"])
    if not may_merge:
        assert "every restriction of the source" in problem(made, "settings_mismatch").advice


def test_restrictions_are_equal_when_their_texts_are():
    made = plan({"restrictions": (ONE,)}, {"restrictions": (OTHER, ONE)})
    shown = made.settings[0]
    assert (shown.source_value, shown.target_value) == (
        "one.example/idp",
        "one.example/idp, two.example",
    )
    assert not shown.is_equal
    assert not shown.blocks


def test_clinics_need_a_name():
    made = make_plan(clinic(" "), clinic(""), now=NOW)
    found = [entry for entry in made.problems if entry.code == "clinic_without_name"]
    assert [entry.clinic_id for entry in found] == [made.source.id, made.target.id]
    assert not made.can_execute


# --- tags -----------------------------------------------------------------------------------------
def actions(made):
    return [(entry.name, entry.action, entry.workspaces, entry.is_in_both) for entry in made.tags]


def test_tags_that_the_target_lacks_are_created():
    made = plan({"tags": (tag("b"), tag("a"))}, {"tags": (tag("b"), tag("c"))})

    assert actions(made) == [
        ("a", TagAction.CREATE, ("Lakeside",), False),
        ("b", TagAction.SKIP, ("Hillside", "Lakeside"), True),
        ("b", TagAction.RETAIN, ("Hillside", "Lakeside"), True),
        ("c", TagAction.RETAIN, ("Hillside",), False),
    ]
    assert made.numbers.resulting_tags == 3
    assert made.numbers.merged_tags == 1
    assert made.problems == ()


def test_a_tag_that_looks_alike_becomes_the_tag_of_the_target():
    here, there = tag("TYPE 1"), tag("type1")
    ada = patient("Ada", tags=(here.id,))
    made = plan({"tags": (here,), "patients": (ada,)}, {"tags": (there,)})

    assert made.can_execute
    assert made.tags[0].action == TagAction.SKIP
    assert made.tags[0].target_id == there.id
    assert made.patients[0].source_tag_names == ("TYPE 1",)
    assert made.patients[0].resulting_tag_names == ("type1",)
    assert notices(made)["tags_alike"].subjects == ("TYPE 1",)


def test_the_tag_of_exactly_that_name_goes_before_those_that_look_alike():
    exact, alike = tag("type1"), tag("Type 1")
    made = plan({"tags": (tag("type1"),)}, {"tags": (alike, exact)})
    assert made.tags[0].target_id == exact.id
    assert notices(made) == {}


def test_tags_that_look_alike_within_the_source_are_created_once():
    first, second = tag("A 1"), tag("a1")
    ada = patient("Ada", tags=(first.id, second.id))
    made = plan({"tags": (second, first), "patients": (ada,)}, {})

    assert [(entry.name, entry.action, entry.target_id) for entry in made.tags] == [
        ("A 1", TagAction.CREATE, None),
        ("a1", TagAction.SKIP, None),
    ]
    assert made.patients[0].resulting_tag_names == ("A 1",)


@pytest.mark.parametrize(("here", "there", "may_merge"), [(1, 49, True), (2, 49, False)])
def test_there_cannot_be_more_than_fifty_tags(here, there, may_merge):
    made = plan(
        {"tags": tuple(tag(f"s{n}") for n in range(here))},
        {"tags": tuple(tag(f"t{n}") for n in range(there))},
    )
    assert made.can_execute is may_merge
    if not may_merge:
        assert blocking(made) == ["The merged workspace would have 51 tags, and may have 50"]
        assert problem(made, "too_many_tags").subjects == ("s0", "s1")


def test_a_target_with_more_tags_than_allowed_may_stay_so():
    many = tuple(tag(f"t{n}") for n in range(51))
    assert plan({"tags": (tag("t1"),)}, {"tags": many}).can_execute


# --- sites ----------------------------------------------------------------------------------------
def renamed(in_source, in_target):
    made = plan(
        {"sites": tuple(map(site, in_source))},
        {"sites": tuple(map(site, in_target))},
    )
    return {
        entry.site.name: (entry.action, entry.resulting_name)
        for entry in made.sites
        if entry.workspace == "Lakeside"
    }


def test_a_site_whose_name_is_taken_gets_the_next_number():
    assert renamed(["A", "B"], ["A", "C"]) == {
        "A": (SiteAction.RENAME, "A (2)"),
        "B": (SiteAction.MOVE, "B"),
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [("A (2)", "A (3)"), ("A (0)", "A (1)"), ("A(2)", "A(2) (2)"), (f"A ({10**30})", None)],
)
def test_the_number_in_a_name_goes_on(name, expected):
    expected = expected or f"{name} (2)"
    assert renamed([name], [name]) == {name: (SiteAction.RENAME, expected)}


def test_letter_case_makes_no_other_name():
    assert renamed(["lobby"], ["Lobby"]) == {"lobby": (SiteAction.RENAME, "lobby (2)")}


def test_no_name_is_taken_twice():
    assert renamed(["A", "A (2)", "a"], ["A"]) == {
        "A": (SiteAction.RENAME, "A (3)"),
        "A (2)": (SiteAction.MOVE, "A (2)"),
        "a": (SiteAction.RENAME, "a (4)"),
    }


def test_there_may_be_more_than_fifty_sites():
    made = plan(
        {"sites": tuple(site(f"s{n}") for n in range(40))},
        {"sites": tuple(site(f"t{n}") for n in range(40))},
    )
    assert made.can_execute
    assert made.numbers.resulting_sites == 80


@pytest.mark.parametrize(("length", "may_merge"), [(196, True), (197, False)])
def test_a_name_that_becomes_too_long_is_a_problem(length, may_merge):
    name = "x" * length
    made = plan({"sites": (site(name),)}, {"sites": (site(name),)})
    assert made.can_execute is may_merge
    if not may_merge:
        assert problem(made, "site_name_too_long").subjects == (name,)


def test_a_copy_of_a_clinic_has_ids_of_its_original():
    """Rule MERGE-42."""
    shared_tag, shared_site = tag("Pump"), site("North")
    made = plan(
        {"tags": (shared_tag, tag("Young")), "sites": (shared_site, site("South"))},
        {"tags": (replace(shared_tag, name="Renamed"),), "sites": (shared_site,)},
    )
    assert blocking(made) == ["Tags or sites of both workspaces have the same ids"]
    found = problem(made, "shared_ids")
    assert (found.subjects, found.clinic_id) == (("Pump", "North"), made.source.id)


def test_patients_have_the_sites_as_they_are_renamed():
    here, there = site("A"), site("A")
    made = plan(
        {"sites": (here,), "patients": (patient("Ada", user_id="u", sites=(here,)),)},
        {"sites": (there,), "patients": (patient("Ada", user_id="u", sites=(there,)),)},
    )
    moved = made.patients[0]
    assert moved.source_site_names == ("A",)
    assert moved.merged_site_names == ("A (2)",)
    assert moved.target_site_names == ("A",)
    assert moved.resulting_site_names == ("A", "A (2)")


# --- members --------------------------------------------------------------------------------------
def test_members_move_or_become_one():
    made = plan(
        {"clinicians": (member("Ann", ADMIN, user_id="u"), member("Bob", ADMIN))},
        {"clinicians": (member("Ann", MEMBER, user_id="u"), member("Cid", MEMBER))},
    )
    ann, bob, ann_there, cid = made.clinicians

    assert [entry.action for entry in made.clinicians] == [
        RecordAction.MERGE,
        RecordAction.MOVE,
        RecordAction.MERGE_INTO,
        RecordAction.RETAIN,
    ]
    assert ann.resulting_roles == (MEMBER,)
    assert ann.is_downgraded
    assert ann.workspaces == ("Hillside", "Lakeside")
    assert bob.resulting_roles == (ADMIN,)
    assert not bob.is_downgraded
    assert (ann_there.counterpart, ann.counterpart) == (ann.clinician, ann_there.clinician)
    assert cid.workspaces == ("Hillside",)
    assert made.can_execute
    assert notices(made)["downgraded"].subjects == ("u",)
    assert made.numbers.resulting_members_and_admins == 3
    assert made.numbers.downgraded == 1


def test_an_invite_in_the_source_blocks_and_one_in_the_target_does_not():
    made = plan({}, {"clinicians": (invite("a@example.org"),)})
    assert made.can_execute
    assert made.numbers.pending_invites == 1

    nameless = invite("b@example.org")
    made = plan({"clinicians": (invite("a@example.org", "key"), nameless)}, {})
    assert blocking(made) == ["Pending invites in source workspace"]
    assert problem(made, "pending_invites").subjects == (str(nameless.id), "key")


def test_no_one_moves_into_a_clinic_with_restrictions():
    ann, bob = member("Ann", user_id="u"), member("Bob", user_id="v")
    made = plan(
        {"clinicians": (ann, bob)},
        {"clinicians": (member("Ann", user_id="u"),), "restrictions": (ONE,)},
    )
    assert blocking(made) == [
        "The partial SSO settings of the target clinic prevent moving source clinicians to target clinic. All source "
        "members which are not already members of the target clinic should be removed from the source clinic."
    ]
    assert problem(made, "restrictions").subjects == ("v",)
    assert plan({}, {"restrictions": (ONE,)}).can_execute


def test_what_a_member_meets_is_said_all_at_once():
    made = plan(
        {"clinicians": (member("Ann", user_id="u", email="ann@example.org"),)},
        {"clinicians": (invite("ann@example.org"),), "restrictions": (ONE,)},
    )
    assert problem(made, "restrictions").subjects == ("u",)
    assert problem(made, "address_taken").subjects == ("u",)


@pytest.mark.parametrize("other", [invite("Ann@Example.org"), member("X", email="ann@example.org")])
def test_an_address_of_another_record_in_the_target_blocks(other):
    made = plan(
        {"clinicians": (member("Ann", user_id="u", email="ann@example.org"),)},
        {"clinicians": (other,)},
    )
    assert blocking(made) == [
        "Email addresses of source members belong to other records in the target workspace"
    ]
    assert problem(made, "address_taken").subjects == ("u",)


def test_accounts_without_an_address_do_not_meet():
    made = plan({"clinicians": (member("A", email=""),)}, {"clinicians": (member("B", email=""),)})
    assert made.can_execute


@pytest.mark.parametrize(("number", "may_merge"), [(1000, True), (1001, False)])
def test_there_cannot_be_more_than_a_thousand_admins(number, may_merge):
    admins = [member(f"A{n}", ADMIN) for n in range(number)]
    both = member("Both", ADMIN, user_id=admins[0].user_id)
    made = plan({"clinicians": tuple(admins[:600])}, {"clinicians": (both, *admins[600:])})
    assert made.can_execute is may_merge
    if not may_merge:
        assert blocking(made) == ["The merged workspace would have 1001 admins, and may have 1000"]


# --- patients -------------------------------------------------------------------------------------
def test_patients_move_or_become_one():
    here, there = tag("a"), tag("b")
    made = plan(
        {
            "tags": (here,),
            "patients": (patient("A", user_id="u", tags=(here.id,)), patient("B")),
        },
        {"tags": (there,), "patients": (patient("C", user_id="u", tags=(there.id,)), patient("D"))},
    )
    assert [(e.action, e.resulting_tag_names) for e in made.patients] == [
        (RecordAction.MERGE, ("a", "b")),
        (RecordAction.MOVE, ()),
        (RecordAction.MERGE_INTO, ("a", "b")),
        (RecordAction.RETAIN, ()),
    ]
    numbers = made.numbers
    assert (numbers.resulting_patients, numbers.moved_patients, numbers.merged_patients) == (
        3,
        1,
        1,
    )
    assert numbers.duplicate_accounts == 1


def test_a_patient_who_moves_needs_an_mrn_if_the_target_requires_one():
    fields = {"requires_mrn": True}
    lacking, merged = patient("Ada", mrn=" "), patient("Ben", user_id="u")
    made = plan(
        {"patients": (lacking, merged), **fields},
        {"patients": (patient("Ben", user_id="u"), patient("Cid")), **fields},
    )
    assert blocking(made) == ["Target workspace requires MRNs"]
    assert problem(made, "mrn_missing").subjects == (lacking.user_id,)


UNIQUE = {"requires_unique_mrn": True}


@pytest.mark.parametrize("mrn", ["A1", " a1 ", "á1", "Ａ1"])
def test_an_mrn_of_the_target_blocks(mrn):
    ada = patient("Ada", mrn=mrn)
    made = plan({"patients": (ada,), **UNIQUE}, {"patients": (patient("X", mrn="a1"),), **UNIQUE})
    assert blocking(made) == [f"MRN uniqueness error(s) for duplicate accounts. {MERGED}"]
    assert problem(made, "mrn_in_target").subjects == (ada.user_id,)
    assert made.patients[0].requires_unique_mrn


def test_an_mrn_that_two_patients_of_the_source_have_blocks():
    ada, ben = patient("Ada", mrn="1"), patient("Ben", mrn="1")
    made = plan(
        {"patients": (ada, ben), **UNIQUE}, {"patients": (patient("X", mrn="1"),), **UNIQUE}
    )
    assert blocking(made) == [f"MRN uniqueness error(s) for duplicate accounts. {OWN}"]
    assert problem(made, "mrn_in_source").subjects == (ada.user_id, ben.user_id)


def test_mrns_may_be_shared_where_they_need_not_be_unique():
    made = plan({"patients": (patient("A", mrn="1"),)}, {"patients": (patient("B", mrn="1"),)})
    assert made.can_execute
    assert not made.patients[0].requires_unique_mrn


def test_patients_without_an_mrn_do_not_share_one():
    pair = (patient("A"), patient("B"))
    assert plan({"patients": pair, **UNIQUE}, {"patients": (patient("C"),), **UNIQUE}).can_execute


def test_a_combined_record_keeps_the_mrn_of_the_target():
    made = plan(
        {"patients": (patient("A", mrn="1", user_id="u"),), **UNIQUE},
        {"patients": (patient("A", mrn="1", user_id="u"),), **UNIQUE},
    )
    assert made.can_execute


def test_what_the_database_takes_for_one_mrn_is_one():
    ada = patient("Ada", mrn="١", mrn_key="1")
    made = plan(
        {"patients": (ada,), **UNIQUE},
        {"patients": (patient("X", mrn="1", mrn_key="1"),), **UNIQUE},
    )
    assert problem(made, "mrn_in_target").subjects == (ada.user_id,)


# --- resemblance ----------------------------------------------------------------------------------
ADA = ("Ada", "2000-01-01", "1")
RESEMBLING = [
    (("Ada", "2000-01-01", "1"), Category.LIKELY),
    (("Ada", "2000-01-01", "2"), Category.LIKELY),
    (("Ada", "2000-02-02", "1"), Category.LIKELY),
    (("Eve", "2000-01-01", "1"), Category.LIKELY),
    ((" ADA ", "2000-01-01", ""), Category.LIKELY),
    (("Eve", "2000-02-02", " 1"), Category.MRN_ONLY),
    (("", "", "1"), Category.MRN_ONLY),
    (("ada", "2000-02-02", "2"), Category.NAME_ONLY),
    (("Ada", "", ""), Category.NAME_ONLY),
    (("Eve", "2000-01-01", "2"), None),
    (("Eve", "2000-02-02", "2"), None),
    (("", "", ""), None),
]


@pytest.mark.parametrize(("other", "expected"), RESEMBLING)
def test_how_two_patients_resemble_one_another(other, expected):
    ada, other = patient(*ADA), patient(*other)
    across = plan({"patients": (ada,)}, {"patients": (other,)})
    assert across.patients[0].conflicts == ({expected: (other,)} if expected else {})

    within = plan({"patients": (ada, other)}, {})
    matches = {m.patient: dict(m.matches) for cluster in within.source_clusters for m in cluster}
    both = {ada: {expected: (other.user_id,)}, other: {expected: (ada.user_id,)}}
    assert matches == (both if expected else {})


def test_the_same_account_is_that_and_nothing_else():
    ada, same = patient(*ADA, user_id="u"), patient(*ADA, user_id="u")
    made = plan({"patients": (ada,)}, {"patients": (same,)})
    assert made.patients[0].conflicts == {Category.SAME_ACCOUNT: (same,)}
    assert made.numbers.likely_duplicates == 0


def test_empty_values_never_match():
    empty = [patient(user_id="") for _ in range(3)]
    made = plan({"patients": tuple(empty)}, {"patients": (patient(user_id=""),)})
    assert made.source_clusters == ()
    assert [entry.action for entry in made.patients[:3]] == [RecordAction.MOVE] * 3
    assert all(entry.conflicts == {} for entry in made.patients)


def test_groups_are_linked_by_way_of_others():
    ada, between, ben = patient("Ada", mrn="1"), patient("Ada", mrn="2"), patient("Ben", mrn="2")
    made = plan({"patients": (ben, ada, between, patient("Cid", mrn="3"))}, {})
    [cluster] = made.source_clusters
    matches = {member.patient: dict(member.matches) for member in cluster}
    assert matches == {
        ada: {Category.NAME_ONLY: (between.user_id,)},
        between: {Category.MRN_ONLY: (ben.user_id,), Category.NAME_ONLY: (ada.user_id,)},
        ben: {Category.MRN_ONLY: (between.user_id,)},
    }


def test_the_first_hundred_are_listed_and_all_are_counted():
    others = tuple(patient("Test", mrn=str(n)) for n in range(MOST_LISTED + 5))
    made = plan({"patients": (patient("test"),)}, {"patients": others})

    assert len(made.patients[0].conflicts[Category.NAME_ONLY]) == MOST_LISTED
    assert made.numbers.name_only_matches == MOST_LISTED + 5
    assert "many_matches" in notices(made)
    assert made.can_execute


@pytest.mark.parametrize("births", [1, 2])
def test_thousands_of_patients_of_one_name_take_no_longer_than_others(births):
    rng = random.Random(births)
    people = [patient("Test", f"200{rng.randrange(births)}-01-01") for _ in range(4000)]
    begun = time.process_time()
    made = plan({"patients": tuple(people[:2000])}, {"patients": tuple(people[2000:])})
    assert time.process_time() - begun < 5  # with all pairs more than a minute
    assert made.numbers.likely_duplicates + made.numbers.name_only_matches == 2000 * 2000


# --- properties -----------------------------------------------------------------------------------
names = st.sampled_from(["", "Ada", " ada", "Ben", "Cid"])
births = st.sampled_from(["", "2000-01-01", "2000-02-02"])
mrns = st.sampled_from(["", "1", "2", " 1"])
people = st.lists(st.tuples(names, births, mrns), max_size=9)


def resemble(first, second):
    same = [
        bool(mine) and mine == other
        for mine, other in (
            (first.birth_date, second.birth_date),
            (first.full_name.strip().lower(), second.full_name.strip().lower()),
            (first.mrn.strip().lower(), second.mrn.strip().lower()),
        )
    ]
    if first.user_id and first.user_id == second.user_id:
        return Category.SAME_ACCOUNT
    if sum(same) >= 2:
        return Category.LIKELY
    return Category.MRN_ONLY if same[2] else Category.NAME_ONLY if same[1] else None


def components(patients):
    """The groups by looking at all pairs, as the plan does not."""
    groups = [{entry.id} for entry in patients]
    for first, second in combinations(patients, 2):
        if resemble(first, second):
            touched = [g for g in groups if first.id in g or second.id in g]
            groups = [g for g in groups if g not in touched] + [set().union(*touched)]
    return {frozenset(group) for group in groups if len(group) > 1}


def made_of(here, there, shared):
    """Patients of both clinics; the first of each are `shared` accounts."""
    ours = [patient(*row, user_id=f"u{n}" if n < shared else None) for n, row in enumerate(here)]
    theirs = [patient(*row, user_id=f"u{n}" if n < shared else None) for n, row in enumerate(there)]
    return ours, theirs


@settings(max_examples=150, deadline=None)
@given(people, people, st.integers(0, 4), st.randoms(use_true_random=False))
def test_a_plan_agrees_with_looking_at_all_pairs(here, there, shared, rng):
    ours, theirs = made_of(here, there, shared)
    left, right = source(patients=tuple(ours)), target(patients=tuple(theirs))
    made = make_plan(left, right, now=NOW)

    pairs = [kind for a in ours for b in theirs if (kind := resemble(a, b))]
    numbers = made.numbers
    counted = (
        numbers.duplicate_accounts,
        numbers.likely_duplicates,
        numbers.mrn_only_matches,
        numbers.name_only_matches,
    )
    assert counted == tuple(pairs.count(kind) for kind in Category)
    listed = [
        kind for entry in made.patients for kind, others in entry.conflicts.items() for _ in others
    ]
    assert sorted(listed) == sorted(pairs)

    planned = [entry.source.id for entry in made.patients[: len(ours)]]
    assert sorted(planned) == sorted(entry.id for entry in ours)
    assert {entry.target.id for entry in made.patients[len(ours) :]} == {p.id for p in theirs}
    merged = {p.user_id for p in ours} & {p.user_id for p in theirs}
    assert numbers.merged_patients == len(merged)
    assert numbers.resulting_patients == len(ours) + len(theirs) - len(merged)

    for patients, clusters in ((ours, made.source_clusters), (theirs, made.target_clusters)):
        assert {frozenset(m.patient.id for m in c) for c in clusters} == components(patients)
        for entry in (entry for cluster in clusters for entry in cluster):
            expected = {
                kind: {p.user_id for p in patients if resemble(entry.patient, p) is kind}
                for kind in Category
                if kind is not Category.SAME_ACCOUNT
            }
            expected = {kind: ids - {entry.patient.user_id} for kind, ids in expected.items()}
            found = {kind: set(ids) for kind, ids in entry.matches.items()}
            assert found == {kind: ids for kind, ids in expected.items() if ids}

    for values in (ours, theirs):
        rng.shuffle(values)
    shuffled = make_plan(
        replace(left, patients=tuple(ours)), replace(right, patients=tuple(theirs)), now=NOW
    )
    assert shuffled == made


site_names = st.lists(st.sampled_from(["A", "a", "A (2)", "A (3)", "B", "b (2)"]), max_size=6)


@settings(max_examples=100, deadline=None)
@given(site_names, site_names)
def test_resulting_site_names_are_unique_if_those_of_the_target_are(here, there):
    unique = list({name.lower(): name for name in there}.values())
    made = plan({"sites": tuple(map(site, here))}, {"sites": tuple(map(site, unique))})
    resulting = [entry.resulting_name.lower() for entry in made.sites]
    assert len(resulting) == len(set(resulting)) == len(here) + len(unique)


def test_the_order_in_which_things_are_stored_does_not_matter():
    fields = {
        "tags": [tag("b"), tag("a"), tag("A")],
        "sites": [site("y"), site("x"), site("X")],
        "clinicians": [member("Zoe"), member("Ann"), invite("i@example.org")],
    }
    here, there = source(), target()
    made = make_plan(replace(here, **{n: tuple(v) for n, v in fields.items()}), there, now=NOW)
    turned = {name: tuple(reversed(values)) for name, values in fields.items()}
    assert make_plan(replace(here, **turned), there, now=NOW) == made
