"""Examples of answers to Xealth. Everyone in them is invented."""

from kernel.api import examples

examples.answers(
    {
        "xealthPreorder.v1": {
            "dataTrackingId": "an-invented-tracking-id",
            "notOrderable": False,
            "preorderFormInfo": {
                "formId": "adult_form",
                "formSchema": {"type": "object", "properties": {}},
                "uiSchema": {},
                "formData": {},
            },
        },
        "xealthPrograms.v1": {
            "present": True,
            "programs": [
                {
                    "title": "Tidepool",
                    "programId": "an-invented-program",
                    "enrolledDate": "2026-03-02",
                    "hasStatusView": True,
                    "has_alert": False,
                    "description": "Last Upload: 2026-11-20 | Last Viewed by You: N/A | Claimed Account?: No | "
                    "Cloud Connections: Dexcom (connected)",
                }
            ],
        },
        "xealthProgramUrl.v1": {
            "url": "https://clinic.example.org/v1/xealth/report/web/viewer.html?clinicId=6b09f5d3c72cce972de3a8aa"
            "&patientId=5f3a9c01d7&restricted_token=an-invented-token"
        },
    }
)
