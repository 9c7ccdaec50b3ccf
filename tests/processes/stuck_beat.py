"""The service's own scheduler, whose first task is never sent."""

import threading

from celery.__main__ import main

from kernel import beat

beat.PersistentScheduler.apply_async = lambda *_, **__: threading.Event().wait()
beat.STUCK_SECONDS = 2.0

if __name__ == "__main__":
    main()
