"""Other ways to write a request to another clinic do not help."""

import re

import pytest

from tests.cast import Api, described_operations, make_person
from tests.policy.callers import IDS, OWN_IDS, STRANGER, call, outcome
from tests.policy.test_matrix import ALLOWED, family_of

HEADERS = {
    "X-HTTP-Method-Override": "GET",
    "X-Method-Override": "GET",
    "X-Original-URL": "/ready",
    "X-Rewrite-URL": "/ready",
    "X-Forwarded-User": "admin",
    "X-Tidepool-Server-Name": "clinics",
    "Authorization": "Bearer x",
    "Cookie": "x-tidepool-session-token=x",
}
OF_MEMBERS = sorted(
    name
    for name, callers in ALLOWED.items()
    if "user" not in callers and "none" not in callers and name in described_operations()
)


@pytest.mark.parametrize("name", OF_MEMBERS)
def test_headers_and_spellings_of_the_path_do_not_bypass_the_policy(name, eve):
    family = family_of(name)
    assert outcome(call(eve.api, name), family) == "denied"

    method, path, _ = described_operations()[name]
    values = {**IDS, **dict.fromkeys(OWN_IDS, STRANGER)}
    where = re.sub(r"{(\w+)}", lambda match: values[match[1]], path)
    refused = eve.api.request(method, where, headers=HEADERS)
    assert outcome(refused, family) == "denied"
    for spelled in (f"{where}/", f"/{where}", where.replace("/v1/", "/v1/./"), where.upper(), f"{where};x", f"{where}%2F"):  # fmt: skip
        assert eve.api.request(method, spelled).status_code in (400, 401, 403, 404), spelled
    hidden = f"?_method=GET&clinicId={IDS['clinicId']}&x-tidepool-session-token=x"
    assert outcome(eve.api.request(method, where + hidden), family) == "denied"


def test_a_token_in_the_query_or_a_cookie_is_ignored():
    person = make_person("Somebody")
    for headers in ({"Authorization": f"Bearer {person.token}"}, {"Cookie": f"x-tidepool-session-token={person.token}"}):  # fmt: skip
        assert Api().get("/v1/patients", headers=headers).status_code == 400
    assert Api().get(f"/v1/patients?x-tidepool-session-token={person.token}").status_code == 400
