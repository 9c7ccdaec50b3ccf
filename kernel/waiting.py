"""Answers that have to wait for work that is done elsewhere, without holding a thread of the web process.

    note = waiting.note_of(call.request)
    merge = find(note) if note else begin()
    if is_done(merge) or waiting.seconds_waited(call.request) > 840:
        return answer(merge)
    waiting.later(call.request, note=str(merge["_id"]))

`later` ends this run of the view. The web server (clinics_site/web) runs the whole request again after a second, with
the caller whom it has found already, so the view must be able to tell a repeated run: by `note_of`, or because what it
does can be done twice. A run with a note has no body (`call.body` is None), and takes no turn among heavy requests: it
looks up how far the work is. A run for which there is no turn, or that ends with 503, is put off like one that ends
with `later`, up to `LONGEST` after the request came. Nothing is logged or counted of the runs that end with `later`,
except the access to patients' data in the first one: there may be no last run.

The runs end when the client has gone, and with 503 when the web process ends; neither tells the view. Where another
server runs the view (Django's test client, WSGI) `may_wait` is false and the view answers otherwise.
"""

import time
from dataclasses import dataclass, field
from typing import NoReturn

from rest_framework.request import Request

from kernel import accesses, outbox

ENVIRON_KEY = "clinics.wait"  # where the web process puts the Wait of a request
SECONDS = 1.0  # until the next run
# From then on a failed run is the answer. Views answer earlier that the work goes on.
LONGEST = 15 * 60.0


@dataclass(slots=True)
class Wait:
    """What the runs of one request share."""

    began: float = field(default_factory=time.monotonic)
    note: str = ""
    is_recorded: bool = False  # the access to patients' data


class AnswerLater(BaseException):
    """Passes through Django without a trace, since nothing in between catches it."""


def may_wait(request: Request) -> bool:
    return ENVIRON_KEY in request.META


def note_of(request: Request) -> str:
    """What the previous run gave to `later`; empty in the first run, and where no request may wait."""
    return request.META[ENVIRON_KEY].note if may_wait(request) else ""


def seconds_waited(request: Request) -> float:
    """Since the request came."""
    return time.monotonic() - request.META[ENVIRON_KEY].began if may_wait(request) else 0.0


def later(request: Request, *, note: str = "") -> NoReturn:
    """Only where `may_wait`. Call it outside transactions, and as the last thing that the view does."""
    wait: Wait = request.META[ENVIRON_KEY]
    wait.note = note
    if not wait.is_recorded:
        wait.is_recorded = True
        accesses.finish(request.META, accesses.BEGUN)
    outbox.nudge()  # the middleware does it only after an answer
    raise AnswerLater
