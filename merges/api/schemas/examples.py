"""Examples of requests about merges."""

from kernel.api import examples
from kernel.api.examples import OTHER_CLINIC

_SOURCE = {"sourceId": OTHER_CLINIC}

examples.requests({"mergeClinic.v1": _SOURCE, "generateMergeReport.v1": _SOURCE})
