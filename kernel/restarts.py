"""When a process that has ended is started again: at once, then after growing pauses, and no more once it has
failed to start again and again. For `make run` and for the master of the web processes."""

FAILED_STARTS = 5
_PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
_CALM = 60.0  # seconds; after a life as long as this the first pause comes again


class CannotStart(Exception):
    """It has ended so often while it was starting that another start would not help."""


class Restarts:
    """The ends of one process. One that comes after the start is not counted, however often it comes."""

    def __init__(self) -> None:
        self._failed = 0
        self._ends = 0

    def pause_after(self, *, seconds: float, has_started: bool) -> float:
        """The seconds to wait before the next start. `seconds`: how long the process has lived. Raises CannotStart."""
        self._failed = 0 if has_started else self._failed + 1
        if self._failed >= FAILED_STARTS:
            raise CannotStart
        if seconds >= _CALM:
            self._ends = 0
        pause = _PAUSES[min(self._ends, len(_PAUSES) - 1)]
        self._ends += 1
        return pause
