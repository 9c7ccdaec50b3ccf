"""Saved views of a clinic's list of patients (rules PATIENT-189 to PATIENT-195)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from bson import ObjectId

from kernel import db
from patients.services import list_views
from tests.cast import add_member

UNKNOWN = "0" * 24
LOW = {"cgm.timeInVeryLowPercent": ">0.01", "sort": "-lastData", "sortType": "cgm"}


def url(clinic, view=None):
    base = f"/v1/clinics/{clinic['id']}/patient_views"
    return f"{base}/{view['id'] if isinstance(view, dict) else view}" if view else base


def body(name="Low", **fields):
    return {"name": name, "conditions": LOW, **fields}


def names(clinic, person):
    return [view["name"] for view in person.api.get(url(clinic)).json()]


def stored():
    return list(db.collection("patientListViews").find({}))


@pytest.fixture
def make(clinic):
    def make_view(person, name="Low", **fields):
        answer = person.api.post(url(clinic), body(name, **fields))
        assert answer.status_code == 200, answer.content
        return answer.json()

    return make_view


def test_a_view_is_saved_as_it_was_sent(clinic, ben, make):
    tags = f"{ObjectId()},{ObjectId()}"
    conditions = {**LOW, "tags": tags, "period": "7d", "omitNonStandardRanges": "true"}
    view = make(ben, conditions=conditions, columns=["fullName", "cgm.lastData"])

    assert view["conditions"] == conditions
    assert view["columns"] == ["fullName", "cgm.lastData"]
    assert (view["shared"], view["ownerId"]) == (False, ben.user_id)
    assert view["createdTime"] == view["updatedTime"]
    assert ben.api.get(url(clinic, view)).json() == view
    assert ben.api.get(url(clinic)).json() == [view]
    changed = {**LOW, "period": "30d"}
    assert ben.api.put(url(clinic, view), body(conditions=changed)).json()["conditions"] == changed
    query = "&".join(f"{name}={value}" for name, value in LOW.items())
    assert ben.api.get(f"/v1/clinics/{clinic['id']}/patients?{query}").status_code == 200


def test_own_views_are_private_and_shared_ones_are_everyones(clinic, ada, ben, make):
    private, _ = make(ben, "b private"), make(ben, "Shared", shared=True)
    make(ada, "a private")

    assert names(clinic, ben) == ["b private", "Shared"]
    assert names(clinic, ada) == ["a private", "Shared"]
    for call in (ada.api.get, ada.api.delete):
        assert call(url(clinic, private)).status_code == 404
    assert ada.api.put(url(clinic, private), body()).status_code == 404


def test_a_shared_view_is_changed_by_its_maker_and_by_admins(clinic, ada, ben, cy, make):
    add_member(clinic, cy)
    view = make(ben, shared=True)

    refused = [cy.api.put(url(clinic, view), body()), cy.api.delete(url(clinic, view))]
    assert [answer.status_code for answer in refused] == [403, 403]
    changed = ada.api.put(url(clinic, view), body("Other", conditions={}, shared=True)).json()
    assert (changed["name"], changed["conditions"], changed["columns"]) == ("Other", {}, [])
    assert (changed["id"], changed["ownerId"]) == (view["id"], ben.user_id)
    assert ben.api.delete(url(clinic, view)).status_code == 204
    assert names(clinic, cy) == []


def test_a_view_can_be_shared_later_and_withdrawn(clinic, ada, ben, make):
    view = make(ben)
    assert ben.api.put(url(clinic, view), body(shared=True)).json()["shared"] is True
    assert names(clinic, ada) == names(clinic, ben) == ["Low"]
    make(ben)
    taken = ben.api.put(url(clinic, view), body("low"))
    assert (taken.status_code, taken.json()["message"]) == (409, list_views.TAKEN)
    assert ben.api.put(url(clinic, view), body("Mine")).status_code == 200
    assert (names(clinic, ada), names(clinic, ben)) == ([], ["Low", "Mine"])


def test_a_withdrawn_view_belongs_to_who_withdrew_it(clinic, ada, ben, make):
    view = make(ben, shared=True)
    assert ada.api.put(url(clinic, view), body()).json()["ownerId"] == ada.user_id
    assert (names(clinic, ada), names(clinic, ben)) == (["Low"], [])


def test_names_differ_within_one_kind_letter_case_aside(clinic, ada, ben, make):
    make(ben)
    make(ada)
    make(ben, shared=True)
    for person, fields in ((ben, {}), (ada, {"shared": True})):
        taken = person.api.post(url(clinic), body("LOW", **fields))
        assert (taken.status_code, taken.json()) == (409, {"message": list_views.TAKEN})
    view = ben.api.get(url(clinic)).json()[0]
    assert ben.api.put(url(clinic, view), body("low")).status_code == 200


@pytest.mark.parametrize("is_shared", [False, True])
def test_the_limits_hold_however_many_are_made_at_once(clinic, ben, monkeypatch, is_shared):
    assert (list_views.MOST_OWN, list_views.MOST_SHARED) == (50, 100)
    monkeypatch.setattr(list_views, "MOST_OWN", 3)
    monkeypatch.setattr(list_views, "MOST_SHARED", 3)
    sent = [body(f"View {n % 6}", shared=is_shared) for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: ben.api.post(url(clinic), one).status_code, sent))
    while 409 in answers and answers.count(200) < 3:  # two wanted the shelf at the same moment
        answers = [200] * len(names(clinic, ben)) + [
            ben.api.post(url(clinic), one).status_code for one in sent
        ]
    kept = names(clinic, ben)
    assert (len(kept), len(set(kept))) == (3, 3)
    full = ben.api.post(url(clinic), body("Another", shared=is_shared))
    assert full.status_code == 422
    assert full.json()["message"].endswith(list_views.FULL)


def test_a_view_is_not_shared_where_there_are_as_many_as_there_may_be(clinic, ben, monkeypatch):
    view = ben.api.post(url(clinic), body()).json()
    monkeypatch.setattr(list_views, "MOST_SHARED", 0)
    refused = ben.api.put(url(clinic, view), body(shared=True))
    assert refused.status_code == 422
    assert ben.api.get(url(clinic, view)).json() == view


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"conditions": {"search": "olsen"}}, "a search text is no part of a view"),
        ({"conditions": {"limit": "5"}}, "no parameter of the list"),
        ({"conditions": {"fullName": "Maria"}}, "no parameter of the list"),
        ({"conditions": {"cgm.timeInTargetPercent": "0.7"}}, "cgm.timeInTargetPercent"),
        ({"conditions": {"tags": ""}}, "empty value"),
        ({"conditions": {"sort": "-lastData"}}, "missing type"),
        ({"conditions": {"sort": "-age", "sortType": "cgm"}}, "invalid sort attribute"),
        ({"conditions": {"period": "2d"}}, "period"),
        ({"conditions": {"cgm.lastDataFrom": "yesterday"}}, "cgm.lastDataFrom"),
        ({"conditions": {"period": 14}}, "conditions"),
        ({"conditions": None}, "conditions"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"columns": ["Maria Olsen"]}, "columns"),
        ({"columns": ["a", "a"]}, "columns"),
        ({"columns": [f"c{n}" for n in range(61)]}, "columns"),
    ],
)
def test_what_the_list_would_refuse_is_refused_and_not_repeated(clinic, ben, wrong, words):
    answer = ben.api.post(url(clinic), body(**wrong))
    assert answer.status_code == 400
    assert words in answer.json()["message"]
    assert not any(text in answer.text for text in ("olsen", "Maria", "yesterday"))
    assert not any(shelf["views"] for shelf in stored())


def test_a_view_that_does_not_exist_is_not_found(clinic, ben):
    for answer in (
        ben.api.get(url(clinic, UNKNOWN)),
        ben.api.put(url(clinic, UNKNOWN), body()),
        ben.api.delete(url(clinic, UNKNOWN)),
    ):
        assert (answer.status_code, answer.json()) == (404, {"message": "view not found"})
    assert ben.api.get(url(clinic, "x")).status_code == 400


def test_strangers_services_and_other_clinics_have_no_views_here(
    clinic, other_clinic, cy, backend, make, ben
):
    view = make(ben, shared=True)
    assert cy.api.get(url(clinic, view)).status_code == 403
    assert backend.get(url(clinic)).status_code == 403
    assert cy.api.get(url(other_clinic, view)).status_code == 404
    assert names(other_clinic, cy) == []


def test_views_go_with_the_member_and_with_the_clinic(clinic, ada, ben, make):
    make(ben, "Own")
    make(ben, "Shared", shared=True)
    member = f"/v1/clinics/{clinic['id']}/clinicians/{ben.user_id}"
    assert ada.api.delete(member).status_code == 200
    assert [view["name"] for shelf in stored() for view in shelf["views"]] == ["Shared"]
    assert ada.api.delete(f"/v1/clinics/{clinic['id']}").status_code == 204
    assert stored() == []
