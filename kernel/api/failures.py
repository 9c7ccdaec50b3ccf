"""Which failures the description lists for an operation, as shared responses of its error family (rules ACCOUNT-174
and ACCOUNT-175).

They follow from its token, path, parameters, body and method. Only what its service raises beyond that is declared:
`@operation(raises=(PaymentRequired,))`. The tests' client refuses an answer that is not listed.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from kernel import errors, policy
from kernel.api import canonical_values, parameters
from kernel.api.error_families import ErrorFamily
from kernel.api.operations import Operation
from kernel.tracing import TRACE_NAME

# Whatever is asked, and before it is known what is asked. A query of too many parameters is a BadRequest everywhere.
_ALWAYS: tuple[type[errors.DomainError], ...] = (
    errors.BadRequest,
    errors.PayloadTooLarge,
    errors.RateLimited,
    errors.DomainError,
    errors.Unavailable,
)
RESPONSES: dict[str, dict[str, Any]] = {}  # by the name of the shared response
HEADERS: dict[str, Any] = {
    "RequestId": {
        "description": "The id that finds the request in the logs: the one that was sent in a header of this name, or "
        "one of the service. Absent where the request was refused before it was read.",
        "schema": {"type": "string"},
        "example": "maria42",
    },
    "RetryAfter": {
        "description": "Seconds after which another try makes sense.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 5,
    },
}
REQUEST_ID = {TRACE_NAME: {"$ref": "#/components/headers/RequestId"}}
_RETRY_AFTER = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}


def responses(
    spec: Operation, method: str, variables: list[str], family: ErrorFamily
) -> dict[str, dict[str, str]]:
    """status -> reference to a shared response"""
    statuses = set(_statuses(spec, method.lower(), variables, family))
    return {str(status): _shared(status, family) for status in sorted(statuses)}


def _statuses(
    spec: Operation, method: str, variables: list[str], family: ErrorFamily
) -> Iterator[int]:
    yield from (kind.status for kind in (*_ALWAYS, *spec.raises))
    has_token = not policy.is_external(spec.id)
    if has_token:
        yield from (family.missing_token().status, family.invalid_token().status)
    if has_token and not policy.denies_no_one(spec.id):
        yield family.denied().status
    if spec.reads_body:
        yield errors.SlowBody.status
    if not all(_is_address(spec, name) for name in variables):
        yield family.wrong_path(errors.BadRequest()).status
    if variables and not spec.always_found:
        yield errors.NotFound.status
    if method != "get" or (has_token and "clinicId" in variables):
        yield errors.Conflict.status  # changed by someone else at this moment; the clinic is being merged


def _is_address(spec: Operation, name: str) -> bool:
    """Whether the variable is an e-mail address: a wrong one is a BadRequest in every family."""
    schema = {**spec.path, **spec.lenient.path}.get(name) or parameters.path_schema(name)
    return bool(canonical_values.address_paths(schema))


def _shared(status: int, family: ErrorFamily) -> dict[str, str]:
    name = family.name + _phrase(status).title().replace(" ", "")
    RESPONSES.setdefault(name, _response(status, family))
    return {"$ref": f"#/components/responses/{name}"}


# By Python 3.13; the description is the same with every version.
_RENAMED = {413: "Request Entity Too Large", 422: "Unprocessable Entity"}


def _phrase(status: int) -> str:
    return _RENAMED.get(status) or HTTPStatus(status).phrase


def _response(status: int, family: ErrorFamily) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": _description(status, family),
        "headers": REQUEST_ID,
        "content": {
            "application/json": {
                "schema": family.schema,
                "examples": {"example": {"value": family.example(status)}},
            }
        },
    }
    if status in (errors.RateLimited.status, errors.Unavailable.status):
        response["headers"] = {**REQUEST_ID, **_RETRY_AFTER}
    return response


def _description(status: int, family: ErrorFamily) -> str:
    """With the beginnings of texts on which callers may rely."""
    texts = ", ".join(f"`{text}`" for text in family.beginnings(status))
    return f"{_WORDS[status]} Callers may rely on texts that begin with: {texts}."


_WORDS = {
    400: "What was sent is incomplete or not valid. Nothing was changed.",
    401: "The caller is not known, or may not do this.",
    402: "The clinic's plan allows no more patients.",
    403: "The caller may not do this.",
    404: "There is no such thing, or none that the caller may know of.",
    408: "The body of the request took too long to arrive.",
    409: "It exists already, the clinic is being merged, or someone else is changing it at this moment.",
    413: "The body of the request is larger than `x-bodyLimit`.",
    415: "The content type of the request is not JSON.",
    422: "A limit, or the state of the clinic or the record, does not allow it. Nothing was changed.",
    429: "Too many requests of this caller, for this address or of all callers. Nothing was changed.",
    500: "An error of this service, or of one that it needs.",
    503: "Something that the request needs is down for the moment.",
}
