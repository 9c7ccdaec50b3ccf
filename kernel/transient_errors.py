"""Which failures pass by themselves, said in one place: an outage is waited for, a fault of the program is not.

Whatever is not known to pass counts as a fault, so that a mistake nobody thought of stops one row for half a minute
and not for a day (docs/decisions/0013-background-work.md).
"""

from collections.abc import Iterator

from billiard.exceptions import SoftTimeLimitExceeded
from django.db.utils import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerError
from pymongo import errors as mongo
from redis import exceptions as redis

from kernel.errors import RateLimited, RetryLater, Unavailable
from kernel.http import ServiceError, ServiceUnavailable

_TRANSIENT = (
    RetryLater,
    RateLimited,
    Unavailable,
    ServiceError,
    ServiceUnavailable,
    # Sockets, DNS and SMTP; a full or missing disk too, which somebody has to mend first.
    OSError,
    mongo.ConnectionFailure,
    mongo.ExecutionTimeout,
    mongo.WTimeoutError,
    OperationalError,
    InterfaceError,
    redis.ConnectionError,
    redis.TimeoutError,
    redis.ReadOnlyError,
    redis.OutOfMemoryError,
    redis.ClusterDownError,
    BrokerError,
    SoftTimeLimitExceeded,
)
_TRANSIENT_LABELS = (
    "TransientTransactionError",
    "UnknownTransactionCommitResult",
    "RetryableWriteError",
)
# Unauthorized, AuthenticationFailed, OutOfDiskSpace, WriteConflict: the server's state, not what was asked of it.
_TRANSIENT_CODES = {13, 18, 14031, 112}


def is_transient(error: BaseException) -> bool:
    """Whether the failure itself, or what it was made from, may be over at the next try."""
    return any(_is_transient(one) for one in _with_causes(error))


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    """Only what was raised `from` another one: an error while an outage is handled is an error of its own."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__


def _is_transient(error: BaseException) -> bool:
    if isinstance(error, _TRANSIENT):
        return True
    if isinstance(error, mongo.PyMongoError):
        return error.timeout or _is_state_of_the_server(error)
    return False


def _is_state_of_the_server(error: mongo.PyMongoError) -> bool:
    return getattr(error, "code", None) in _TRANSIENT_CODES or any(
        error.has_error_label(label) for label in _TRANSIENT_LABELS
    )
