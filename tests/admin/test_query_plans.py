"""No staff page reads more than it shows, however large the service is: every page, and every answer to a posted form,
counted by MongoDB's profiler on a few thousand documents of each kind. A page that reads all of a kind is far above."""

import re

import pytest
from django.contrib.auth.models import User

from kernel import indexes
from tests.admin.all_pages import is_page, pages, reviews
from tests.admin.conftest import PASSWORD
from tests.admin.grown_data import GrownData, costs
from tests.admin.large_data import ADDRESS
from tests.cast import QuickClient

pytestmark = [pytest.mark.walk, pytest.mark.foreign_writes]

EXPLAINED = tuple(indexes.DECLARED)
SHOWN = 100  # documents that a page shows, and those that belong to them
MOST_DOCUMENTS, MOST_KEYS = 500 + SHOWN, 2_000 + SHOWN
# Pages that read more, and why.
KNOWN = {
    r"clinics/\w+/patients/(tag|remove|move)": "a search looks through the keys of all patients of the clinic, as in its list",
    r"merges/plan/.*": "a plan says what becomes of every patient of both clinics",
}


class Meter:
    """A client that notes what each page has cost, by path. Files have as many rows as they have."""

    def __init__(self, client):
        self._client, self.too_much = client, {}

    def get(self, path):
        return self._metered(path, self._client.get, path)

    def post(self, path, fields):
        return self._metered(f"{path} (posted)", self._client.post, path, fields)

    def _metered(self, name, request, *arguments):
        with costs() as cost:
            answer = request(*arguments)
        is_over = cost["documents"] > MOST_DOCUMENTS or cost["keys"] > MOST_KEYS
        if is_over and is_page(answer):
            self.too_much[name] = cost
        return answer


@pytest.mark.timeout(300)
def test_no_page_examines_much_more_than_it_shows(django_db_setup):
    """New pages are included automatically, as in the walk of the layout."""
    data = GrownData()
    client = QuickClient()
    client.force_login(User.objects.create_superuser("root", ADDRESS, PASSWORD))
    meter = Meter(client)

    answers = pages(meter, data.values)
    posted = list(reviews(meter, answers))

    assert len(answers) > 50
    assert len(posted) > 10
    unexpected = {path: cost for path, cost in meter.too_much.items() if not is_known(path)}
    assert not unexpected, "\n".join(f"{path}: {cost}" for path, cost in unexpected.items())


def is_known(path):
    page = path.removeprefix("/admin/").removesuffix(" (posted)")
    return any(re.fullmatch(known, page) for known in KNOWN)
