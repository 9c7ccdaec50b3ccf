"""What is measured: one entry per scenario. A new one is one more line in SCENARIOS."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

NEW = "Zz New Patient"


@dataclass(frozen=True)
class World:
    """The seeded clinic a run works on."""

    size: int
    clinic_id: str
    admin_id: str
    patient_ids: list[str]
    tag_ids: list[str]
    site_ids: list[str]
    tokens: dict[str, str]  # "backend", "admin"
    deployment: str = ""  # of Xealth
    search_text: str = ""
    one_text: str = ""  # what one patient has
    cutoff: str = "2020-01-01T00:00:00Z"
    bodies: dict[str, Any] = field(default_factory=dict)
    run_id: str = ""  # of a sync of every patient; of the group "staff"
    admin_clinics: list[str] = field(default_factory=list)  # all of the admin; of the group "login"
    with_issues: list[str] = field(default_factory=list)  # patients whose connection has an issue
    view_id: str = ""  # of a saved view of the admin

    @property
    def clinic(self) -> str:
        return f"/v1/clinics/{self.clinic_id}"


@dataclass(frozen=True)
class Scenario:
    """`path` gives one path, or a list the load cycles through. `page` names the floor that it is compared with."""

    name: str
    path: Callable[[World], str | list[str]]
    token: str = "admin"
    method: str = "GET"
    body: Callable[[World], list[Any]] | None = None
    page: int = 0
    status: tuple[int, ...] = (200, 204)
    headers: dict[str, str] = field(default_factory=dict)


def _each_patient(suffix: str = "") -> Callable[[World], list[str]]:
    return lambda w: [f"{w.clinic}/patients/{p}{suffix}" for p in w.patient_ids]


NO_TOKEN = ""
# What needs neither a right nor a record.
CHEAP = [
    Scenario("/live", lambda w: "/live", token=NO_TOKEN),
    Scenario("/ready", lambda w: "/ready", token=NO_TOKEN),
    Scenario("no token", lambda w: w.clinic, token=NO_TOKEN, status=(400,)),
    Scenario("unknown path", lambda w: "/v1/unknown", token="backend", status=(404,)),
]

HOT = [
    Scenario("get clinic, backend", lambda w: w.clinic, token="backend"),
    Scenario("get clinic, user", lambda w: w.clinic),
    Scenario("get mrn settings, backend", lambda w: f"{w.clinic}/settings/mrn", token="backend"),
    Scenario("get mrn settings, user", lambda w: f"{w.clinic}/settings/mrn"),
    Scenario("get ehr settings, user", lambda w: f"{w.clinic}/settings/ehr"),
    Scenario("get patient count, user", lambda w: f"{w.clinic}/patient_count"),
    Scenario("get patient, backend", _each_patient(), token="backend"),
    Scenario("get patient, user", _each_patient()),
    Scenario("list views", lambda w: f"{w.clinic}/patient_views"),
]


def _ids(ids: list[str], numbers: str) -> str:
    return "_" if numbers == "_" else ",".join(ids[int(n)] for n in numbers.split(","))


def _list(name: str, **query: str) -> Scenario:
    """A page of 50 as the web app asks for it; tags and sites by their number in the clinic."""

    def path(world: World) -> str:
        parameters = {k.replace("__", "."): v for k, v in query.items()}
        if "tags" in parameters:
            parameters["tags"] = _ids(world.tag_ids, parameters["tags"])
        if "sites" in parameters:
            parameters["sites"] = _ids(world.site_ids, parameters["sites"])
        texts = {"*": world.search_text, "1": world.one_text}
        if "search" in parameters:
            parameters["search"] = texts.get(parameters["search"], parameters["search"])
        return f"{world.clinic}/patients?{urlencode({'limit': '50', **parameters})}"

    return Scenario(name, path, page=int(query.get("limit", "50")))


def _sorted(name: str, sort: str, kind: str = "cgm", **query: str) -> Scenario:
    return _list(name, sort=sort, sortType=kind, period="14d", **query)


LISTS = [
    _list("list, by name"),
    _sorted("list, newest data first", "-lastData"),
    _sorted("list, by GMI", "-glucoseManagementIndicator"),
    _sorted("list, by mean glucose (bgm)", "+averageGlucoseMmol", "bgm"),
    _sorted("list, by lows (bgm)", "-timeInVeryLowRecords", "bgm"),
    _sorted("list, by review", "+lastReviewed"),
    _list("list, one tag", tags="0"),
    _list("list, two tags", tags="0,1"),
    _list("list, two sites", sites="0,1"),
    _list("list, tag and range", tags="0", cgm__timeInAnyLowPercent=">=0.04"),
    _list("list, site and tag", sites="0", tags="0"),
    _list("list, no tags", tags="_"),
    _list("list, no sites", sites="_"),
    _list("list, issue", connectionIssueCauses="error,disconnected"),
    _list("list, issue and tag", connectionIssueCauses="error", tags="0"),
    _sorted(
        "list, very low and standard ranges",
        "-lastData",
        cgm__timeInVeryLowPercent=">=0.01",
        omitNonStandardRanges="true",
    ),
    _list("list, hundredth page", offset="200"),
    _sorted("list, sorted without index", "-timeInTargetPercentDelta"),
    _list("search, nearly everyone", search="e"),
    _list("search, a name", search="*"),
    _list("search, one", search="1"),
    _list("search, no one", search="unknown name"),
    _list("list of 1000", limit="1000"),
]


def _tide(name: str, tags: tuple[int, ...]) -> Scenario:
    def path(world: World) -> str:
        query = {
            "period": "14d",
            "lastDataCutoff": world.cutoff,
        }
        if tags:
            query["tags"] = ",".join(world.tag_ids[n] for n in tags)
        return f"{world.clinic}/tide_report?{urlencode(query)}"

    return Scenario(name, path)


TIDE = [
    _tide("TIDE, one tag", (0,)),
    _tide("TIDE, three tags", (0, 1, 2)),
    _tide("TIDE, whole clinic", ()),
]


def _put_bodies(world: World) -> list[Any]:
    return [
        {name: value for name, value in p.items() if name != "userId" and value is not None}
        for p in world.bodies["patients"]
    ]


def _new_patients(world: World) -> list[Any]:
    return [{"fullName": f"{NEW} {n}", "birthDate": "1990-01-01"} for n in range(50)]


def _summaries(world: World) -> list[Any]:
    """Whole summaries as they are answered, 10 to 14 KB. Each patient gets their own and then another's, so that
    what comes differs from what is there."""
    own = list(world.bodies["summaries"])
    return [*own, *own[1:], *own[:1]]


def _hidden(world: World) -> list[Any]:
    """Each issue is hidden and then shown again, so that every request changes something."""
    return [{"hidden": hidden} for hidden in (True, False) for _ in world.with_issues]


SECOND_FACTOR = [
    {"mfaEnabled": True, "mfaEnabledTime": "2026-01-01T00:00:00Z"},
    {"mfaEnabled": False},
]
VIEWS = [
    {"name": name, "conditions": {"sort": "-lastData", "sortType": "cgm"}, "columns": ["fullName"]}
    for name in ("Bench", "Bench again")
]

WRITES = [
    Scenario("put patient", _each_patient(), method="PUT", body=_put_bodies),
    Scenario(
        "post summary",
        lambda w: [f"/v1/patients/{p}/summary" for p in w.patient_ids],
        token="backend",
        method="POST",
        body=_summaries,
    ),
    Scenario("put review", _each_patient("/reviews"), method="PUT", body=lambda w: [{"404": {}}]),
    Scenario(
        "hide connection issue",
        lambda w: [f"{w.clinic}/patients/{p}/connection_issue/hidden" for p in w.with_issues],
        method="PUT",
        body=_hidden,
    ),
    Scenario(
        "patch security profile",
        lambda w: f"/v1/clinicians/{w.admin_id}/securityProfile",
        token="backend",
        method="PATCH",
        body=lambda w: SECOND_FACTOR,
    ),
    Scenario(
        "put view",
        lambda w: f"{w.clinic}/patient_views/{w.view_id}",
        method="PUT",
        body=lambda w: VIEWS,
    ),
    Scenario(
        "send upload reminder",
        _each_patient("/upload_reminder"),
        method="POST",
    ),
    Scenario(
        "refresh patient count",
        lambda w: f"{w.clinic}/patient_count/refresh",
        method="POST",
        token="backend",
    ),
    Scenario("create patient", lambda w: f"{w.clinic}/patients", method="POST", body=_new_patients),
]

LOGIN_CLINICS = 40
FIRST_LIST = "offset=0&sort=-lastData&sortType=cgm&period=14d&limit=50"


def login_paths(world: World) -> list[str]:
    """What the web application asks for until the first list is there, in its order."""
    own = f"/v1/clinicians/{world.admin_id}"
    settings = [
        f"/v1/clinics/{clinic}/settings/{name}"
        for clinic in world.admin_clinics or [world.clinic_id]
        for name in ("ehr", "mrn")
    ]
    chosen = (
        "patient_count",
        "settings/patient_count",
        "invites/patients",
        f"patients?{FIRST_LIST}",
    )
    return [
        f"{own}/clinics?limit=1000&offset=0",
        f"{own}/invites",
        *settings,
        *(f"{world.clinic}/{rest}" for rest in chosen),
    ]


# One row is the mean of the requests of a whole login.
LOGIN = [Scenario("login, mean of its requests", login_paths, status=(200, 404))]
LOGIN_OF_ONE = [
    Scenario(
        "login to one clinic",
        lambda w: login_paths(replace(w, admin_clinics=[])),
        status=(200, 404),
    )
]


def _invited(_: World) -> list[Any]:
    """Each is invited once: the addresses of every load are others."""
    run = uuid.uuid4().hex[:12]
    return [
        {"email": f"bench-{run}-{n}@example.org", "roles": ["CLINIC_MEMBER"]} for n in range(2000)
    ]


CONFIRMATIONS = [
    Scenario("invitations to a clinic", lambda w: f"{w.clinic}/invites/patients"),
    Scenario("own invitations", lambda w: f"/v1/clinicians/{w.admin_id}/invites"),
    Scenario(
        "invite a member",
        lambda w: f"{w.clinic}/invites/clinicians",
        method="POST",
        body=_invited,
    ),
]
# What a request costs; what workers do then is measured by `make bench-ehr`.
EHR = [
    Scenario(
        "sync a patient",
        lambda w: [f"/v1/patients/{p}/ehr/sync" for p in w.patient_ids],
        method="POST",
        token="backend",
        status=(202,),
    ),
    Scenario(
        "sync a clinic",
        lambda w: f"{w.clinic}/ehr/sync",
        method="POST",
        token="backend",
        status=(202,),
    ),
]

XEALTH_SECRET = "secret-of-xealth-in-the-bench"


def _of_xealth(world: World, **fields: Any) -> list[Any]:
    """About each patient, as their own health record knows them."""
    return [
        {
            "deployment": world.deployment,
            "patientIdentity": {"ids": [{"id": p["mrn"], "type": "MRN", "origin": "epic"}]},
            "datasets": {
                "demographicsV1": {
                    "name": {"given": [p["fullName"]]},
                    "birthDate": p["birthDate"],
                    "telecom": [{"system": "email", "value": "someone@example.org"}],
                },
                "ehrUserV1": {"userId": "EHR-USER-1"},
            },
            **fields,
        }
        for p in world.bodies["patients"]
        if p.get("mrn")
    ]


def _new_to_xealth(world: World) -> list[Any]:
    """Whom the clinic does not know, so that the whole form is made."""
    bodies = _of_xealth(world, eventType="preorder", eventContext="initial")
    ids = [{"id": f"new-{number}", "type": "MRN"} for number in range(len(bodies))]
    return [
        {**body, "patientIdentity": {"ids": [one]}} for body, one in zip(bodies, ids, strict=True)
    ]


def _xealth(name: str, path: str, method: str, body: Callable[[World], list[Any]]) -> Scenario:
    headers = {"Authorization": f"Bearer {XEALTH_SECRET}"}
    return Scenario(name, lambda _: f"/v1/xealth/{path}", method=method, body=body, headers=headers)


XEALTH = [
    _xealth("xealth, programs", "programs", "PUT", _of_xealth),
    _xealth("xealth, pre-order form", "preorder", "POST", _new_to_xealth),
]


# --- pages of staff -----------------------------------------------------------------------------------
# Key in the address -> what is searched: as of `_list`.
SEARCHES = {"everyone": "e", "name": "*", "one": "1", "none": "unknown name"}


def _page(name: str, path: str, **query: str) -> Scenario:
    """`path` under /admin, with {clinic}, {patient}, {tag}, {site} and {run} of the clinic of patients."""

    def full(world: World) -> str:
        of_world = {
            "clinic": world.clinic_id,
            "patient": world.patient_ids[0],
            "tag": world.tag_ids[0],
            "site": world.site_ids[0],
            "run": world.run_id,
        }
        values = {key: value.format(**of_world) for key, value in query.items()}
        return f"/admin/{path.format(**of_world)}" + (f"?{urlencode(values)}" if values else "")

    return Scenario(f"staff: {name}", full, token="staff")


_PATIENTS = "clinics/{clinic}/patients/"
_NARROWED = {
    "one tag": {"tag": "{tag}"},
    "one site": {"site": "{site}"},
    "tag and site": {"tag": "{tag}", "site": "{site}"},
    "looked after": {"account": "custodial"},
    "own account": {"account": "own"},
    "source error": {"source": "error"},
    "source connected": {"source": "connected"},
    "no source": {"source": "none"},
    "data arrives": {"data": "arrives"},
    "none for 14 days": {"data": "14"},
    "none for a year": {"data": "365"},
    "never any": {"data": "never"},
    "tag, error, no data": {"tag": "{tag}", "source": "error", "data": "30"},
    **{f"search, {key}": {"search": key} for key in SEARCHES},
}
_ORDERS = (
    "name-down",
    "oldest",
    "youngest",
    "cgm-newest",
    "cgm-oldest",
    "bgm-newest",
    "bgm-oldest",
    "reviewed",
)
STAFF = [
    _page("overview", ""),
    _page("clinics", "clinics/"),
    _page("clinics, by words", "clinics/", search="everyone"),
    _page("clinics, last page", "clinics/", page="100", size="100"),
    _page("need attention", "clinics/attention"),
    _page("clinic", "clinics/{clinic}/"),
    _page("members", "clinics/{clinic}/members/"),
    _page("tags and sites", "clinics/{clinic}/labels/"),
    _page("history", "clinics/{clinic}/history"),
    _page("EHR patients", "clinics/{clinic}/ehr/patients"),
    _page("person of 2,000 clinics", "users/", q="5e6f7a8b9c"),
    _page("person, last page", "users/", **{"q": "5e6f7a8b9c", "as": "clinician", "page": "20", "size": "100"}),
    _page("jobs", "jobs/"),
    _page("events", "events/"),
    _page("EHR processing", "ehr/processing/", clinic="{clinic}"),
    _page("sync runs", "ehr/runs/"),
    _page("sync runs of the clinic", "ehr/runs/", clinic="{clinic}"),
    _page("sync run of every patient", "ehr/runs/{run}/"),
    _page("find", "find/", q="Grown"),
    _page("merge of small clinics, choice", "merges/choose", source="Grown", target="{clinic}"),
    _page("patient", _PATIENTS + "{patient}/"),
    _page("patients", _PATIENTS),
    _page("patients, hundredth page", _PATIENTS, page="100"),
    *(_page(f"patients, {order}", _PATIENTS, order=order) for order in _ORDERS),
    *(_page(f"patients, {name}", _PATIENTS, **query) for name, query in _NARROWED.items()),
    *(_page(f"patients, {name}, newest data", _PATIENTS, **{**query, "order": "cgm-newest"})
      for name, query in _NARROWED.items()),
    *(_page(f"tag: {name}", _PATIENTS + "tag", **query) for name, query in _NARROWED.items()),
    _page("remove: all", _PATIENTS + "remove"),
    _page("move: all", _PATIENTS + "move"),
    _page("export: all", _PATIENTS + "export"),
]  # fmt: skip

SCENARIOS = {
    "cheap": CHEAP,
    "hot": HOT,
    "lists": LISTS,
    "tide": TIDE,
    "writes": WRITES,
    "login": LOGIN,
    "confirmations": CONFIRMATIONS,
    "ehr": EHR,
    "xealth": XEALTH,
    "staff": STAFF,
}
