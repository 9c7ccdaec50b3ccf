"""Random requests made from the served description, valid and invalid, as `Callers.send` takes them."""

import json
from functools import cache
from urllib.parse import quote, urlencode

import schemathesis
from schemathesis import GenerationMode

from tests.cast import described_operations, description

OPERATIONS = list(described_operations())


@cache
def _schema():
    return schemathesis.openapi.from_dict(description())


@cache
def valid(name):
    return _schema().find_operation_by_id(name).as_strategy(GenerationMode.POSITIVE)


@cache
def any_cases(name):
    operation = _schema().find_operation_by_id(name)
    return valid(name) | operation.as_strategy(GenerationMode.NEGATIVE)


def raw_body(case):
    if not isinstance(case.body, dict | list | str | int | float | bool | None):
        return None  # the operation takes none
    return json.dumps(case.body).encode()


def query_of(case):
    text = urlencode(case.query or {}, doseq=True, errors="surrogatepass")
    return f"?{text}" if text else ""


def path_of(case):
    parameters = case.path_parameters or {}
    return {
        name: quote(str(value), safe="", errors="surrogatepass")
        for name, value in parameters.items()
    }
