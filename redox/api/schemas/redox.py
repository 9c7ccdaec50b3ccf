"""Schemas of the Redox operations."""

from kernel.api import schema as s
from patients.choices import MatchCriterion

MESSAGE = s.obj(description="A Redox message of any data model.")
VERIFICATION = s.obj(
    {
        "verification-token": s.string(
            description="The shared secret; in no answer of this service."
        ),
        "challenge": s.string(description="Comes back as it was sent."),
    },
    description="What Redox sends to verify the endpoint.",
)
MESSAGE_REF = s.component(
    "ehrMatchMessageRef.v1",
    s.obj(
        {
            "dataModel": s.string(enum=["Order"], description="What the message is about."),
            "eventType": s.string(enum=["New"], description="What has happened to it."),
            "documentId": s.literal(description="Id of the stored message."),
        },
        required=["dataModel", "eventType", "documentId"],
        description="A stored message.",
    ),
)
PATIENT_OPTIONS = s.component(
    "ehrMatchRequestPatientsOptions.v1",
    s.obj(
        {
            "criteria": s.at_most(
                10,
                s.array(
                    s.component(
                        "MatchCriterion",
                        s.string(
                            enum=MatchCriterion.values, description="What has to be the same."
                        ),
                    ),
                    min_items=1,
                    description="Alternatives: a patient has to meet one.",
                ),
            ),
            "onUniqueMatch": s.component(
                "MatchAction",
                s.string(
                    enum=["ENABLE_REPORTS", "DISABLE_REPORTS"],
                    description="What to do when exactly one patient matches.",
                ),
            ),
        },
        required=["criteria"],
        description="How patients are matched; left out, only the clinic is.",
    ),
)
MATCH_REQUEST = s.component(
    "ehrMatchRequest.v1",
    s.obj(
        {"messageRef": MESSAGE_REF, "patients": PATIENT_OPTIONS},
        description="Which stored order is matched, and how. Without `messageRef` it is refused.",
    ),
)
MATCH_RESPONSE = s.component(
    "ehrMatchResponse.v1",
    s.obj(
        {
            "clinic": s.ref("clinic.v1"),
            "patients": s.ref(
                "patients.v1",
                description="Patients who match; absent when no one does, or no one was asked for.",
            ),
            "settings": s.ref("ehrSettings.v1"),
        },
        required=["clinic", "settings"],
        description="The clinic a message is for, and the patients it may mean.",
    ),
)
