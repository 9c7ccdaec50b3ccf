"""Examples of requests about merges."""

from kernel.api import examples
from kernel.api.examples import OTHER_CLINIC

_SOURCE = {"sourceId": OTHER_CLINIC}

examples.requests({"MergeSource": _SOURCE, "MergeReportSource": _SOURCE})
