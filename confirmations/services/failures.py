"""Failures that the Confirmation API words in its own way."""

from collections.abc import Iterator
from contextlib import contextmanager

from kernel.errors import Conflict, DomainError


class Failed(DomainError):
    """A neighbour could not do its part; nothing was changed, and trying again is right."""

    status = 500

    def __init__(self, reason: str) -> None:
        super().__init__(message=reason)


class ClaimRefused(Conflict):
    """A custodial account can not be claimed like this; clients switch on `number`."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(message=reason)
        self.number = number


class ClinicAnswer(DomainError):
    """What the clinic side says about a clinic, clinician or patient reaches the caller in its own words."""

    def __init__(self, error: DomainError) -> None:
        super().__init__(message=error.message)
        self.status = error.status
        self.retry_after: int | None = getattr(error, "retry_after", None)


@contextmanager
def clinic_answers() -> Iterator[None]:
    try:
        yield
    except DomainError as error:
        raise ClinicAnswer(error) from error
