"""Examples of what Redox sends and services ask. Everyone in them is invented."""

from kernel.api import examples

_CHALLENGE = {"challenge": "an-invented-challenge"}

examples.requests(
    {
        "ehrMatchRequest.v1": {
            "messageRef": {
                "dataModel": "Order",
                "eventType": "New",
                "documentId": "6b09f5d3c72cce972de3a8cc",
            },
            "patients": {"criteria": ["MRN_DOB", "DOB_FULLNAME"]},
        }
    }
)
examples.of_operations({"VerifyEndpoint": _CHALLENGE, "ProcessEHRMessage": _CHALLENGE})
