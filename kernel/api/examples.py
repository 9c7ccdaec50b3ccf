"""Examples of bodies in the description: one for each shared component, composed where a component is a list of others
or made of them.

They are no part of the components, so the validators do not carry them. Everyone in them is invented.
"""

from collections.abc import Mapping
from typing import Any

from kernel.api.schema import COMPONENTS, Schema

_IN_ANSWERS: dict[str, Any] = {}  # by component
_IN_REQUESTS: dict[str, Any] = {}  # where a request brings less, or other things, than an answer
_OF_OPERATIONS: dict[str, Any] = {}  # answers and requests without a component
_ANSWERS_OF: dict[
    str, Any
] = {}  # where an operation answers less than others with the same component
_OF_FILES: dict[tuple[str, bool], str] = {}  # by operationId, and whether it is the request
_TEXT = "text/csv"
Example = dict[str, Any]

# The same people and things in the examples of all apps.
USER, CLINICIAN = "5f3a9c01d7", "c0ffee1234"
CLINIC, OTHER_CLINIC = "6b09f5d3c72cce972de3a8aa", "6b09f5d3c72cce972de3a8bb"
TAG, SITE = "6b09f5d3c72cce972de3a81d", "6b09f5d3c72cce972de3a81e"
# What the demo clinic has, too (clinics_site/management/commands/seed_demo.py).
CLINIC_NAME, TAG_NAME, SITE_NAME = "Lakeside Diabetes Center", "Pump start", "Lakeside"
INVITE = "Zm9yLXRoZS1kZXNjcmlwdGlvbi1vbmx5"
MADE, CHANGED = "2026-03-02T09:15:00Z", "2026-11-20T16:40:12.5Z"
# Values of paths and queries, by the name of the parameter.
PARAMETERS: Mapping[str, Any] = {
    "clinicId": CLINIC,
    "clinicianId": CLINICIAN,
    "inviteId": INVITE,
    "invitedBy": USER,
    "key": INVITE,
    "patientId": USER,
    "patientTagId": TAG,
    "permission": "note",
    "providerId": "dexcom",
    "shareCode": "ABCD-EFGH-2345",
    "siteId": SITE,
    "summaryId": "6b09f5d3c72cce972de3a8ff",
    "userId": USER,
    "exportId": "6b09f5d3c72cce972de3a90f",
    "creationId": "6b09f5d3c72cce972de3a910",
    "viewId": "6b09f5d3c72cce972de3a90e",
    "webhookId": "6b09f5d3c72cce972de3a90c",
    "deliveryId": "6b09f5d3c72cce972de3a90d",
    "birthDate": "1988-04-17",
    "connectionIssueCauses": ["error", "disconnected"],
    "lastDataCutoff": "2026-11-01T00:00:00Z",
    "limit": 20,
    "mrn": "MRN-0042",
    "offset": 0,
    "period": "14d",
    "role": "CLINIC_ADMIN",
    "search": "olsen",
    "sites": [SITE],
    "sort": "-lastData",
    "sortType": "cgm",
    "tags": [TAG],
}
_ADDRESS = "maria.olsen@example.org"


def of_parameter(name: str, schema: Schema) -> Any:
    """None where there is none."""
    return _ADDRESS if schema.get("format") == "email" else PARAMETERS.get(name)


def answers(examples: Mapping[str, Any]) -> None:
    _IN_ANSWERS.update(examples)


def requests(examples: Mapping[str, Any]) -> None:
    _IN_REQUESTS.update(examples)


def of_operations(examples: Mapping[str, Any]) -> None:
    """By operationId, where the body has no component."""
    _OF_OPERATIONS.update(examples)


def answers_of(examples: Mapping[str, Any]) -> None:
    """By operationId, where an answer has not all that the component has elsewhere."""
    _ANSWERS_OF.update(examples)


def of_files(requests: Mapping[str, str], answers: Mapping[str, str]) -> None:
    """By operationId, what a file looks like as CSV. There is no example of other files."""
    _OF_FILES.update({(name, True): text for name, text in requests.items()})
    _OF_FILES.update({(name, False): text for name, text in answers.items()})


def add_to(description: dict[str, Any]) -> None:
    """A reference to its example for each body, and the examples themselves."""
    used: dict[str, Example] = {}
    for item in description["paths"].values():
        for operation in item.values():
            operation_id = operation["operationId"]
            for content_type, content, is_request in _bodies(operation):
                if content_type == _TEXT:
                    _add_text(content, operation_id, used, is_request=is_request)
                else:
                    _add(content, operation_id, used, is_request=is_request)
    description["components"]["examples"] = dict(sorted(used.items()))


def _bodies(operation: dict[str, Any]) -> list[tuple[str, dict[str, Any], bool]]:
    """(content type, what it is described by, whether it is the request)"""
    sent = operation.get("requestBody", {}).get("content", {}).items()
    answered = [
        named
        for status, response in operation["responses"].items()
        if status.startswith("2")
        for named in response.get("content", {}).items()
    ]
    return [*((*named, True) for named in sent), *((*named, False) for named in answered)]


def _add_text(
    content: dict[str, Any], operation_id: str, used: dict[str, Example], *, is_request: bool
) -> None:
    name = f"{operation_id}.{'request' if is_request else 'file'}"
    used[name] = {"value": _OF_FILES[operation_id, is_request]}
    content["examples"] = {"example": {"$ref": f"#/components/examples/{name}"}}


def _add(
    content: dict[str, Any], operation_id: str, used: dict[str, Example], *, is_request: bool
) -> None:
    schema = content.get("schema") or {}
    own = {**_OF_OPERATIONS, **({} if is_request else _ANSWERS_OF)}.get(operation_id)
    value = own or compose(schema, is_request=is_request)
    if value is None:
        return
    name = operation_id if own else _component(schema) or operation_id
    if is_request and name in _IN_REQUESTS:
        name = f"{name}.request"
    used[name] = {"value": value}
    content["examples"] = {"example": {"$ref": f"#/components/examples/{name}"}}


def compose(schema: Schema, *, is_request: bool) -> Any:
    """The example of a schema; None where there is none."""
    name = _component(schema)
    known = {**_IN_ANSWERS, **_IN_REQUESTS} if is_request else _IN_ANSWERS
    if name in known:
        return known[name]
    if name:
        return compose(COMPONENTS[name], is_request=is_request)
    if "items" in schema:
        item = compose(schema["items"], is_request=is_request)
        return None if item is None else [item]
    parts = {
        part: compose(inner, is_request=is_request)
        for part, inner in schema.get("properties", {}).items()
    }
    return {part: value for part, value in parts.items() if value is not None} or None


def _component(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]
