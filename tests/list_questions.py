"""Random questions about a clinic's patients, asked through the API and answered by the model as well."""

from datetime import timedelta
from urllib.parse import urlencode

from bson import ObjectId

from kernel import clock
from patients import statistics
from tests.list_model import CATEGORIES, Model

SORTS = {
    kind: ("fullName", "birthDate", "lastReviewed", *statistics.DATES, *statistics.sortable(kind))
    for kind in statistics.KINDS
}
RANGES = [(name, is_whole) for name, _, _, is_whole in statistics.filter_parameters()]
NUMBERS = ("-0.15", "0", "0.01", "0.04", "0.25", "0.7", "7.5", "12")
WORDS = ("a", "ada", "EXAMPLE", "o'neil", "zoe", "garcia", "@example.org", "19", "x9 a", "xyzzy")


class Questions:
    """`clinic`: its document, for tags and sites."""

    def __init__(self, dice, clinic, now):
        self.dice, self.now = dice, now
        self.tags = [str(tag["_id"]) for tag in clinic.get("patientTags") or []]
        self.sites = [str(site["id"]) for site in clinic.get("sites") or []]

    def some(self):
        """A query, and which part of the hits to ask for."""
        query = {**self._sort(), **self._filters()}
        if self.dice.random() < 0.7:
            query["period"] = self.dice.choice(statistics.PERIODS)
        return query, self.dice.choice((0, 0, 3, 40)), self.dice.choice((5, 25, 100))

    def _sort(self):
        if self.dice.random() < 0.2:
            return {}
        kind = self.dice.choice(statistics.KINDS)
        return {"sort": self.dice.choice("+-") + self.dice.choice(SORTS[kind]), "sortType": kind}

    def _filters(self):
        makers = {
            "search": lambda: self.dice.choice(WORDS),
            "tags": lambda: self._ids(self.tags),
            "sites": lambda: self._ids(self.sites),
            "lastReviewed": self._moment,
            "omitNonStandardRanges": lambda: self.dice.choice((True, False)),
            "cgm.lastDataFrom": self._moment,
            "bgm.lastDataTo": self._moment,
            **{name: lambda w=whole: self._range(is_whole=w) for name, whole in self._two_ranges()},
        }
        chosen = self.dice.sample(list(makers), self.dice.choice((0, 1, 1, 2)))
        return {name: makers[name]() for name in chosen}

    def _two_ranges(self):
        return self.dice.sample(RANGES, 2)

    def _ids(self, known):
        number = self.dice.randint(0, min(2, len(known)))
        return self.dice.sample(known, number) or ["_"]

    def _moment(self):
        return self.now - timedelta(hours=self.dice.choice((2, 9, 24, 24 * 20)))

    def _range(self, *, is_whole):
        number = self.dice.choice(("-3", "0", "1", "500") if is_whole else NUMBERS)
        return self.dice.choice((">", ">=", "<", "<=")) + number

    def tide(self):
        tags, sites = (
            self.dice.sample(known, min(len(known), self.dice.choice((0, 1, 1, 2))))
            for known in (self.tags, self.sites)
        )
        return {
            "period": self.dice.choice(statistics.PERIODS),
            "tags": tags,
            "sites": sites,
            "lastDataCutoff": self._moment(),
            "categories": self.dice.sample(list(CATEGORIES), 5),
        }


def path(clinic, query, *, skip, limit):
    return f"/v1/clinics/{clinic['_id']}/patients?{_encoded({**query, 'offset': skip, 'limit': limit})}"


def _encoded(query):
    return urlencode({name: _text(value) for name, value in query.items()})


def _text(value):
    if isinstance(value, list):
        return ",".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    return clock.format_time(value) if hasattr(value, "tzinfo") else value


# --- asking ---------------------------------------------------------------------------------------
def differences(get, database, clinic_id, *, dice, questions, demo=None):
    """What a clinic's lists, counts and reports say other than its records. `get(path)`: the body of an answer. No one
    may write meanwhile."""
    clinic = database["clinics"].find_one({"_id": clinic_id})
    model = Model(database["patients"].find({"clinicId": clinic_id}), demo=demo)
    asked = Questions(dice, clinic, clock.now())
    found = [_of_list(get, model, clinic, *asked.some()) for _ in range(questions)]
    found += [_of_tide(get, model, clinic, asked.tide()) for _ in range(questions // 5 + 1)]
    return [*filter(None, found), *_of_counts(get, model, clinic)]


def _of_list(get, model, clinic, query, skip, limit):
    body = get(path(clinic, query, skip=skip, limit=limit))
    shown = [patient["id"] for patient in body["data"]]
    answer = (shown, body["meta"]["count"], body["meta"]["totalCount"])
    expected = (*model.page(query, skip=skip, limit=limit), len(model.records))
    return None if answer == expected else (query, skip, limit, answer, expected)


def _of_tide(get, model, clinic, query):
    body = get(f"/v1/clinics/{clinic['_id']}/tide_report?{_encoded(query)}")
    shown = {name: [row["patient"]["id"] for row in rows] for name, rows in body["results"].items()}
    expected = model.tide(
        period=query["period"],
        tags=list(map(ObjectId, query["tags"])),
        sites=list(map(ObjectId, query["sites"])),
        cutoff=query["lastDataCutoff"],
        now=clock.now(),
        categories=query["categories"],
    )
    return None if shown == expected else (query, shown, expected)


def _of_counts(get, model, clinic):
    path_of_clinic = f"/v1/clinics/{clinic['_id']}"
    shown = get(path_of_clinic)
    pairs = {
        "patient_count": (get(f"{path_of_clinic}/patient_count"), model.counts()),
        "tags": (
            _numbers(shown.get("patientTags")),
            {str(t["_id"]): model.count_of_tag(t["_id"]) for t in clinic.get("patientTags") or []},
        ),
        "sites": (
            _numbers(shown.get("sites")),
            {str(s["id"]): model.count_of_site(s["id"]) for s in clinic.get("sites") or []},
        ),
    }
    return [(name, *pair) for name, pair in pairs.items() if pair[0] != pair[1]]


def _numbers(items):
    return {item["id"]: item.get("numPatients", 0) for item in items or []}
