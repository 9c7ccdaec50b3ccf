"""The results of generated functions, with their types and without the failures, which are exceptions here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar, overload

from clinics_client.generated.models import ConfirmationError, Error, Patient, PatientsResponse

T = TypeVar("T")
P = ParamSpec("P")
PAGE = 100


def done(answer: T | Error | ConfirmationError | None) -> T:
    """The answer of an operation that gives one: `done(get_clinic.sync(clinic_id, client=clinics))`."""
    if answer is None or isinstance(answer, Error | ConfirmationError):
        message = "the operation gives no result that its description names"
        raise TypeError(message)
    return answer


@overload
def pages(
    operation: Callable[P, PatientsResponse | Error | None], *args: P.args, **kwargs: P.kwargs
) -> Iterator[Patient]: ...


@overload
def pages(
    operation: Callable[P, list[T] | Error | None], *args: P.args, **kwargs: P.kwargs
) -> Iterator[T]: ...


def pages(operation: Callable[..., Any], *args: Any, **kwargs: Any) -> Iterator[Any]:
    """Every record of a list, page after page: `pages(list_patients.sync, clinic_id, client=clinics, search="olsen")`.

    `operation` is the `sync` of an operation with `limit` and `offset`; `limit` is the size of a page (100), `offset`
    where to begin. A record that is made or removed meanwhile can be missed or come twice.
    """
    limit, offset = kwargs.pop("limit", PAGE), kwargs.pop("offset", 0)
    while True:
        answer = done(operation(*args, limit=limit, offset=offset, **kwargs))
        records = answer.data if isinstance(answer, PatientsResponse) else answer
        yield from records or []
        if len(records or []) < limit:
            return
        offset += limit
