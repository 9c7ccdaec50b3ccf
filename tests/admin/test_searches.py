"""What staff look for is the name, birth date, MRN or address of a person, and stands in no address."""

import re
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from kernel.staff import pages, searches
from tests.admin.conftest import Staff, events, is_kept_search, text

TYPED = "maria marker"
# Fields of searches that stand in addresses: what is typed there is no person's.
NO_PERSONS = {
    "clinic", "from", "to", "source", "target",  # clinics and days
    "limit",
    "q",  # on the pages below
}  # fmt: skip
NOT_OF_PERSONS = {"patient_move", "auth_user_changelist", "auth_group_changelist"}  # clinics, staff
_GET_FORM = re.compile(r"<form[^>]*method=\"get\".*?</form>", re.DOTALL)
_TYPED_FIELD = re.compile(
    r"<input(?![^>]*type=\"(?:hidden|date|checkbox|radio)\")[^>]*name=\"(\w+)\""
)


def hiding():
    """Route of each page with fields that stand in no address, and the fields, by its name."""
    return {name: (route, view.hides) for route, name, view in pages.PAGES if view.hides}


def path_of(name, clinic):
    route, _ = hiding()[name]
    return route.replace("<str:clinic_id>", str(clinic["_id"]))


@pytest.mark.parametrize("name", hiding())
def test_what_is_typed_is_kept_and_the_address_has_a_key(name, clinic, root):
    path, (_, fields) = path_of(name, clinic), hiding()[name]
    for field in fields:
        posted = root.post(path, search="1", order="oldest", **{field: TYPED})
        in_address = root.client.get(f"/admin/{path}", {field: TYPED, "order": "oldest"})
        for answer in (posted, in_address):
            assert is_kept_search(answer)
            assert "order=oldest" in answer.headers["Location"]
            assert "maria" not in answer.headers["Location"]
        page = root.client.get(posted.headers["Location"])
        if page.status_code == 200 and not page.streaming:
            links = re.findall(r"(?:href|action)=\"([^\"]*)\"", text(page))
            assert not [link for link in links if "maria" in link.lower()]


@pytest.mark.parametrize("name", hiding())
@pytest.mark.parametrize("typed", ["a\x07b", "x" * (searches.MOST_TYPED + 1)])
def test_what_is_too_long_or_cannot_be_typed_is_not_kept(name, typed, clinic, root):
    path, (_, fields) = path_of(name, clinic), hiding()[name]
    for field in fields:
        for ask in (
            lambda it=field: root.post(path, search="1", **{it: typed}),
            lambda it=field: root.client.get(f"/admin/{path}", {it: typed}),
        ):
            answer = ask()
            assert answer.status_code == 302
            assert "?" not in answer.headers["Location"]
            assert searches.UNUSABLE in text(root.client.get(answer.headers["Location"]))
    assert not root.client.session.get("searches")


@pytest.mark.parametrize("name", hiding())
def test_a_search_that_is_lost_shows_nothing_else(name, clinic, root):
    """A job about all patients must not begin in place of one about those who were searched."""
    answer = root.client.get(f"/admin/{path_of(name, clinic)}", {"search": "unknown"})
    assert answer.status_code == 302
    assert "search" not in answer.headers["Location"]
    back = root.client.get(answer.headers["Location"])
    assert searches.LOST in text(back)


def test_a_search_is_of_one_session(clinic, root):
    found = root.post(f"clinics/{clinic['_id']}/patients/", search="1", q="maria")
    other = Staff("support")
    assert other.client.get(found.headers["Location"]).status_code == 302
    assert "Maria Marker" in text(root.client.get(found.headers["Location"]))


def test_pages_of_a_list_and_jobs_keep_the_search(clinic, root):
    found = root.post(f"clinics/{clinic['_id']}/patients/", search="1", q="mar", size="10")
    page = root.client.get(found.headers["Location"])
    key = re.search(r"search=([\w-]+)", found.headers["Location"])[1]
    links = re.findall(r"href=\"([^\"]*patients/(?:tag|move|remove|export)[^\"]*)\"", text(page))
    assert len(links) == 4
    for link in links:
        assert f"search={key}" in link
        narrowed = root.client.get(link)
        asked = narrowed.context.get("asked")  # of an export
        assert (asked.count if asked else narrowed.context["count"]) == 1, link


def test_ids_stay_in_addresses(clinic, root, ben):
    assert root.client.get("/admin/users/", {"q": ben.user_id}).status_code == 200
    assert root.client.get("/admin/accesses/", {"patient": ben.user_id.upper()}).status_code == 200


def test_an_address_typed_for_the_browser_is_led_to_a_key(root, ben):
    answer = root.client.get("/admin/find/", {"q": "nobody.known@example.org"})
    assert urlsplit(answer.headers["Location"]).path == reverse("admin:user_lookup")
    assert "example.org" not in answer.headers["Location"]


def test_the_latest_searches_are_kept(clinic, root):
    path = f"clinics/{clinic['_id']}/patients/"
    first = root.post(path, search="1", q="number 0").headers["Location"]
    again = root.post(path, search="1", q="number 0").headers["Location"]
    assert first == again
    for number in range(1, 40):
        last = root.post(path, search="1", q=f"number {number}").headers["Location"]
    assert root.client.get(first).status_code == 302
    assert root.client.get(last).status_code == 200


def test_what_was_typed_is_in_no_event(clinic, root):
    root.client.get(
        root.post(f"clinics/{clinic['_id']}/patients/", search="1", q=TYPED).headers["Location"]
    )
    assert TYPED not in str(events())


def fields_in_addresses(opened):
    """Fields that one may type a person into, on these pages (path -> answer), whose form leads to an address with what
    was typed. tests/admin/test_text_fields.py asks for those of all pages."""
    for page in opened.values():
        name = page.resolver_match.url_name
        allowed = NO_PERSONS - (set() if name in NOT_OF_PERSONS else {"q"})
        for form in _GET_FORM.findall(text(page)):
            yield from ((name, field) for field in set(_TYPED_FIELD.findall(form)) - allowed)


def test_a_field_for_a_person_in_an_address_is_found(clinic, root, monkeypatch):
    page = root.client.get("/admin/jobs/")
    assert list(fields_in_addresses({"/admin/jobs/": page})) == []
    monkeypatch.setattr(f"{__name__}.NO_PERSONS", NO_PERSONS - {"clinic"})
    assert list(fields_in_addresses({"/admin/jobs/": page})) == [("jobs", "clinic")]
