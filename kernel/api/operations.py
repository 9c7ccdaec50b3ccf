"""`@operation`: a viewset method becomes one operation of the contract.

The name ties together route, policy row, parameters, body, served description, metrics and logs.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from kernel import waiting
from kernel.api import bodies, canonical_values, parameters
from kernel.api import schema as schemas
from kernel.api.authentication import principal_of
from kernel.api.parameters import Parameter
from kernel.api.schema import Schema
from kernel.db import Document
from kernel.errors import DomainError
from kernel.policy import Join
from kernel.principal import Principal


@dataclass(frozen=True, slots=True)
class File:
    """A body or an answer that is no JSON, by its content types. Generators read `format: binary` as bytes, whatever
    the type."""

    types: tuple[str, ...]

    @property
    def schema(self) -> Schema:
        return schemas.string(format="binary")


Responses = Mapping[int, Schema | File | None]


@dataclass(frozen=True, slots=True)
class Lenient:
    """For operations whose callers rely on more leniency than the description shows.

    `read_body` replaces the strict parsing of the body, and `read_query` that of the query; both raise errors of their
    family. The schemas in `path` are enforced in place of the described ones.
    """

    read_body: Callable[[HttpRequest, bytes], Any] | None = None
    path: Mapping[str, Schema] = field(default_factory=dict)
    read_query: Callable[[QueryDict], Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    summary: str
    tags: tuple[str, ...]
    query: tuple[Parameter, ...]
    path: Mapping[str, Schema]
    body: Schema | None
    written: Schema  # what the description says of the body; its name is in refusals
    body_required: bool
    body_limit: int  # bytes; a larger one is refused before it is read
    lenient: Lenient
    join: Join | None
    is_heavy: bool  # always slow, so only few heavy operations run at a time
    reads_body: bool
    raises: tuple[type[DomainError], ...]  # beside what follows from the rest
    always_found: bool  # an unknown id in the path is no failure


@dataclass(frozen=True, slots=True)
class Call:
    """One request after all checks, with canonical e-mail addresses and integers. `body` is None when there
    was none (or the operation takes none), and in a run with a note (`kernel.waiting`); `joined` is what the
    operation's `join` has read with the caller's roles, None where that was not done."""

    principal: Principal
    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any
    joined: list[Document] | None
    request: Request = field(repr=False)


REGISTRY: dict[str, Operation] = {}
Action = Callable[[Any, Call], HttpResponseBase]
Answer = Callable[..., HttpResponseBase]


def operation(  # noqa: PLR0913 (all but the first by name)
    operation_id: str,
    *,
    tags: Iterable[str] = ("Clinics",),
    summary: str,
    description: str = "",
    query: Iterable[Parameter] = (),
    path: Mapping[str, Schema] | None = None,
    body: Schema | None = None,
    described_body: Schema | File | None = None,
    body_required: bool = True,
    body_limit: int | None = None,
    lenient: Lenient | None = None,
    join: Join | None = None,
    is_heavy: bool = False,
    raises: Iterable[type[DomainError]] = (),
    always_found: bool = False,
    responses: Responses,
) -> Callable[[Action], Answer]:
    """Declare an operation on a viewset method `(self, call: Call) -> Response`;
    a plain HttpResponse where the answer is not JSON.

    `responses` maps each success status to the schema of its body (None: no body). `path` overrides
    the usual schemas of path parameters (`parameters.PATH_SCHEMAS`). `body_limit` is for bodies that are rightly
    larger than usual. `described_body` is for a body whose component is an answer, too: what of it is written
    (`schema.written`); and for one that is no JSON, which `lenient.read_body` reads. `join` is for a hot operation that
    members may call and that reads one document: it is read with the caller's roles, and where no roles were asked for
    (`joined` is None) the service reads it by itself.

    `raises` are the failures that do not follow from the rest (`kernel.api.failures`); with `always_found` an unknown
    id in the path is none.
    """
    lenient = lenient or Lenient()
    is_read = body is not None or lenient.read_body is not None
    spec = Operation(
        operation_id,
        summary,
        tuple(tags),
        tuple(query),
        path or {},
        body,
        described_body if isinstance(described_body, dict) else body or {},
        body_required,
        body_limit or (bodies.USUAL if is_read else bodies.UNREAD),
        lenient,
        join,
        is_heavy,
        is_read,
        tuple(raises),
        always_found,
    )
    REGISTRY[operation_id] = spec

    def decorate(action: Action) -> Answer:
        @wraps(action)
        def checked(view: Any, request: Request, **path_values: str) -> HttpResponseBase:
            return action(view, _checked_call(view, spec, request, path_values))

        checked.operation = spec  # type: ignore[attr-defined]
        return _described(spec, description, described_body or body, responses)(checked)

    return decorate


def _checked_call(
    view: Any, spec: Operation, request: Request, path_values: dict[str, str]
) -> Call:
    bodies.check_length(request._request, spec.body_limit)
    try:
        parameters.check_path(path_values, {**spec.path, **spec.lenient.path})
    except parameters.NoSuchPath as error:
        raise view.error_family.wrong_path(error) from None
    path = parameters.read_path(path_values, spec.path)
    read_query = spec.lenient.read_query or partial(parameters.read_query, parameters=spec.query)
    query = read_query(request._request.GET)
    body = _read_body(spec, request)
    return Call(principal_of(request), path, query, body, view.joined, request)


def _read_body(spec: Operation, request: Request) -> Any:
    """Read only now, so that no body is read for a caller who may not send it; and not again by a request that waits
    for what it has begun."""
    if waiting.note_of(request):
        return None
    lenient = spec.lenient.read_body
    if lenient is not None:
        raw = bodies.raw_body(request._request, spec.body_limit)
        return canonical_values.with_canonical_values(
            spec.body or {}, lenient(request._request, raw)
        )
    if spec.body is None:
        return None
    value = bodies.read_body(
        request,
        spec.body,
        limit=spec.body_limit,
        required=spec.body_required,
        written=spec.written,
    )
    return (
        None
        if value is bodies.MISSING
        else canonical_values.with_canonical_values(spec.body, value)
    )


def _described(
    spec: Operation, description: str, body: Schema | File | None, responses: Responses
) -> Callable[[Answer], Answer]:
    decorated: Callable[[Answer], Answer] = extend_schema(
        operation_id=spec.id,
        tags=[_tag(spec)],
        summary=spec.summary,
        description=description or spec.summary,
        parameters=[
            OpenApiParameter(
                name=p.name,
                type=p.schema,
                location=OpenApiParameter.QUERY,
                required=p.required,
                description=p.description,
                style="form" if _is_array(p.schema) else None,
                explode=False if _is_array(p.schema) else None,
            )
            for p in spec.query
        ],
        request=_described_request(body, spec.body_limit),
        extensions=_extensions(spec),
        responses=dict(_described_answer(status, body) for status, body in responses.items()),
    )
    return decorated


def _described_request(body: Schema | File | None, limit: int) -> dict[str, Schema] | None:
    if isinstance(body, File):
        return dict.fromkeys(body.types, schemas.at_most(limit, body.schema))
    return None if body is None else {"application/json": body}


def _described_answer(status: int, body: Schema | File | None) -> tuple[Any, OpenApiResponse]:
    words = _answer_words(status, body)
    if isinstance(body, File):
        return (status, *body.types), OpenApiResponse(response=body.schema, description=words)
    return status, OpenApiResponse(response=body, description=words)


def _tag(spec: Operation) -> str:
    """One for each operation, since generators make a class of each tag: the rarest says most."""
    return max(spec.tags, key=_BY_RARITY.index)


def _extensions(spec: Operation) -> dict[str, Any]:
    others = [tag for tag in spec.tags if tag != _tag(spec)]
    return {"x-bodyLimit": spec.body_limit, **({"x-otherTags": others} if others else {})}


_BY_RARITY = ("Clinics", "Internal", "Confirmations", "Redox")


def _is_array(schema: Schema) -> bool:
    return parameters._kind(schema) == "array"


def _answer_words(status: int, body: Schema | File | None) -> str:
    return _STATUS_WORDS[status] if body is None else _WORDS_WITH_BODY[status]


_OK = 200
_WORDS_WITH_BODY = {
    _OK: "Done, and this is the result.",
    202: "Accepted: a worker does it. This is what it is about.",
}
_STATUS_WORDS = {
    _OK: "Done. The body is empty, unless the operation says otherwise.",
    202: "Accepted: a worker does it a little later. No body.",
    204: "Done, or there was nothing to do. No body.",
}
