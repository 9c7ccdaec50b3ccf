"""The commands of "Start here" in the description work as they are printed."""

import base64
import re
import shlex
from string import Template

import orjson
import pytest

from clinics_site.start_here import TEXT
from tests.cast import Api, Person, add_member, description
from users.services import accounts

COMMANDS = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
ANSWERS = re.findall(r"```json\n(.*?)\n```", TEXT, re.DOTALL)
EMAIL, PASSWORD = "kim@example.org", "correct-horse"
HOST = "http://testserver"


def run(command, names):
    """The answer to a curl command, with the names of its shell replaced."""
    words = shlex.split(Template(command).substitute(names))
    assert words.pop(0) == "curl"
    method, headers, body, address = "get", {}, None, ""
    while words:
        match words.pop(0):
            case "-s" | "-i":
                continue
            case "-X":
                method = words.pop(0)
            case "-u":
                pair = base64.b64encode(words.pop(0).encode()).decode()
                headers["authorization"] = f"Basic {pair}"
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            case "-d":
                body = words.pop(0).encode()
            case word:
                address = word
    assert address.startswith(HOST)
    return Api().request(method, address.removeprefix(HOST), body, headers=headers)


@pytest.fixture
def names(clinic):
    kim = accounts.create_user(
        email=EMAIL, full_name="Kim", roles=("clinician",), password=PASSWORD
    )
    add_member(clinic, Person(kim.user_id, "", EMAIL))
    return {"SERVICE": HOST, "EMAIL": EMAIL, "PASSWORD": PASSWORD, "CLINIC": clinic["id"]}


def test_it_is_in_the_description():
    assert description()["info"]["description"] == TEXT


def test_each_command_works_in_its_turn(names):
    log_in, who_am_i, my_clinics, create, *rest = COMMANDS
    names["TOKEN"] = run(log_in, names).headers["x-tidepool-session-token"]
    names["ME"] = run(who_am_i, names).json()["userid"]

    memberships = run(my_clinics, names).json()
    assert [m["clinic"]["id"] for m in memberships] == [names["CLINIC"]]

    assert run(create, names).json()["fullName"] == "Nora Berg"
    answers = [run(command, names) for command in rest]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 400, 200]
    assert answers[3].json() == orjson.loads(ANSWERS[0])
    page, in_order, filtered, *_ = (answer.json() for answer in answers)
    assert page["meta"]["count"] == in_order["meta"]["count"] == 1
    assert filtered["meta"] == {"count": 0, "totalCount": 1}
