"""Which failures pass by themselves. An outage is waited for, a fault of the program is not.

Any failure not listed here counts as a fault, so that an unforeseen mistake stops one row for half a minute
and not for a day (docs/decisions/0013-background-work.md).
"""

from collections.abc import Iterator

from billiard.exceptions import SoftTimeLimitExceeded
from django.db.utils import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerError
from pymongo import errors as mongo
from redis import exceptions as redis

from kernel.errors import Busy, RateLimited, RetryLater, Unavailable
from kernel.http import ServiceError, ServiceUnavailable

_TRANSIENT = (
    Busy,
    RetryLater,
    RateLimited,
    Unavailable,
    ServiceError,
    ServiceUnavailable,
    # Sockets, DNS and SMTP; also a full or missing disk, which someone has to fix first.
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
# Unauthorized, AuthenticationFailed, OutOfDiskSpace, WriteConflict: the state of the server, not a fault of
# the command.
_TRANSIENT_CODES = {13, 18, 14031, 112}


def is_transient(error: BaseException) -> bool:
    """Whether the failure itself, or one of its causes, may have passed by the next attempt."""
    return any(_is_transient(cause) for cause in _with_causes(error))


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    """Only explicit causes (`raise … from`): an error raised while an outage is handled is an error of its
    own."""
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__


def _is_transient(error: BaseException) -> bool:
    if isinstance(error, _TRANSIENT):
        return True
    if isinstance(error, mongo.PyMongoError):
        is_passing = error.timeout or is_of_a_node_without_state(error)
        return is_passing or _is_state_of_the_server(error)
    return False


def is_of_a_node_without_state(error: BaseException) -> bool:
    """A node that has just come back has not told that it belongs to a replica set; the driver then takes it for a
    MongoDB without sessions."""
    is_of_driver = isinstance(error, mongo.ConfigurationError)
    return is_of_driver and "Sessions are not supported" in str(error)


def _is_state_of_the_server(error: mongo.PyMongoError) -> bool:
    return getattr(error, "code", None) in _TRANSIENT_CODES or any(
        error.has_error_label(label) for label in _TRANSIENT_LABELS
    )
