"""The Confirmation API's own probes (rule ACCOUNT-118)."""

import orjson

from confirmations.services import texts
from kernel.health import PROBES, ProbeAnswer, State

_OK = ProbeAnswer(200, b"OK", "text/plain; charset=utf-8")
_NOT_CONNECTED = ProbeAnswer(
    500, orjson.dumps({"code": 500, "reason": texts.NOT_CONNECTED}), "application/json"
)


def _live(state: State) -> ProbeAnswer:
    return _OK


def _ready(state: State) -> ProbeAnswer:
    return _OK if state.mongodb else _NOT_CONNECTED


PROBES.update({"/confirm/live": _live, "/confirm/ready": _ready, "/confirm/status": _ready})
