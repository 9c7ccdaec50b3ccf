"""Failures that the Confirmation API words in its own way."""

from collections.abc import Iterator
from contextlib import contextmanager

from kernel.errors import Conflict, DomainError


class Failed(DomainError):
    """A neighbour failed. Nothing was changed, and the caller should try again."""

    status = 500

    def __init__(self, reason: str) -> None:
        super().__init__(message=reason)


class ClaimRefused(Conflict):
    """A custodial account cannot be claimed like this; clients switch on `number`."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(message=reason)
        self.number = number


class ClinicAnswer(DomainError):
    """An error of the clinic side (clinic, clinician or patient), passed on to the caller in its own words."""

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
