"""Celery's request of a task, in the main process of a worker: it tells of tasks that could not tell of their end."""

from typing import Any

import structlog
from billiard.exceptions import WorkerLostError
from celery.worker import request

from kernel import metrics

LOST, TIMED_OUT = "lost", "timed_out"
log = structlog.get_logger("task")


class Request(request.Request):
    def on_timeout(self, soft: Any, timeout: float) -> None:
        """A task that exceeds its soft limit ends itself."""
        if not soft:
            self._tell(TIMED_OUT, milliseconds=timeout * 1000)
        super().on_timeout(soft, timeout)

    def on_failure(self, exc_info: Any, *args: Any, **options: Any) -> Any:
        """A process that is killed leaves its task to another one."""
        error = getattr(exc_info.exception, "exc", exc_info.exception)
        if isinstance(error, WorkerLostError | SystemExit | KeyboardInterrupt):
            self._tell(LOST)
        return super().on_failure(exc_info, *args, **options)

    def _tell(self, outcome: str, **more: float) -> None:
        metrics.task_ended(self.name, outcome)
        log.error("task", task=self.name, outcome=outcome, **more)
