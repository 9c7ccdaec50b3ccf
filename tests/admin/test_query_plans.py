"""No staff page reads more than it shows, however large the service is: every page, and every answer to a posted form,
counted by MongoDB's profiler on a few thousand documents of each kind. A page that reads all of a kind is far above."""

import re

import pytest
from django.contrib.auth.models import User

from kernel import db, indexes
from tests.admin.all_pages import is_page, opened, pages, reviews
from tests.admin.conftest import PASSWORD
from tests.admin.grown_data import MANY, GrownData, costs, profile_kept
from tests.admin.large_data import ADDRESS
from tests.admin.posted_forms import form_with
from tests.cast import QuickClient

pytestmark = [pytest.mark.walk, pytest.mark.foreign_writes]

NARROWED = (
    *("q=Person", "q=Wolfeschlegel", "q=unknown", "tag={tag}", "order=cgm-newest"),
    *("account=custodial", "account=own", "source=error", "data=arrives", "data=14"),
    *("ehr=on", "ehr=off"),
    "data=never&order=cgm-newest",
)
EXPLAINED = tuple(indexes.DECLARED)
SHOWN = 100  # documents that a page shows, and those that belong to them
MOST_DOCUMENTS, MOST_KEYS = 500 + SHOWN, 2_000 + SHOWN
# Pages that read more, and why; and how often they may examine (documents, keys) all patients of a clinic, if that is
# known. How long that takes is measured: docs/decisions/0009-admin.md.
KNOWN = {
    r"ehr/runs/\w+-\w+/(progress)?(\?.*)?": ("the sends of a run are counted, by keys alone", 0, 1),
    r"clinics/\w+/settings/mrn": ("equal MRNs are looked for, by keys alone", 0, 1),
    r"clinics/\w+/patients/(tag|remove|move)": (
        "a search looks through the keys of the clinic's patients",
        0,
        2,
    ),
    r"clinics/\w+/patients/\?search=.*": ("the same, in the list", 0, 2),
    r"clinics/\w+/patients/\?(account|source|data|tag|ehr)=.*": (
        "each of the clinic's patients is looked at, and counted",
        3,
        1,
    ),
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
@profile_kept()
def test_no_page_examines_much_more_than_it_shows(django_db_setup):
    """New pages are included automatically, as in the walk of the layout."""
    data = GrownData()
    client = QuickClient()
    client.force_login(User.objects.create_superuser("root", ADDRESS, PASSWORD))
    meter = Meter(client)

    answers = pages(meter, data.values)
    of_clinic = f"/admin/clinics/{data.clinic['_id']}/patients/"
    for query in NARROWED:
        opened(meter, f"{of_clinic}?{query.format(tag=data.clinic['patientTags'][0]['_id'])}")
    opened(meter, f"/admin/users/?q={data.patients[0]['userId']}")
    posted = list(reviews(meter, answers))
    begin_to_require_mrns(meter, data)

    assert len(answers) > 50
    assert len(posted) > 10
    unexpected = {p: cost for p, cost in meter.too_much.items() if not is_known(p, cost)}
    assert not unexpected, "\n".join(f"{path}: {cost}" for path, cost in unexpected.items())


def begin_to_require_mrns(meter, data):
    """The clinic has these rules; before they are switched on, the page shows whom they concern."""
    db.collection("clinics").update_one({"_id": data.clinic["_id"]}, {"$unset": {"mrnSettings": 1}})
    rules = f"/admin/clinics/{data.clinic['_id']}/settings/mrn"
    asked = form_with("opened_on", meter.get(rules)).values | {"unique": "on", "required": "on"}
    assert meter.post(rules, asked).context["preview"]["is_new"]["unique"]


def is_known(path, cost):
    page = path.removeprefix("/admin/").removesuffix(" (posted)")
    return any(
        cost["documents"] <= MOST_DOCUMENTS + documents * MANY
        and cost["keys"] <= MOST_KEYS + keys * MANY
        for known, (_, documents, keys) in KNOWN.items()
        if re.fullmatch(known, page)
    )
