"""What an export reads of each patient."""

from collections.abc import Sequence
from typing import Any

from bson import ObjectId

from kernel import db
from patients import statistics
from patients.documents import PatientDocument
from patients.store.patients import COLLECTION

_OF_RECORD = (
    *("userId", "fullName", "birthDate", "mrn", "email", "permissions", "createdTime", "invitedBy"),
    *(
        "sites",
        "tags",
        "glycemicRanges.type",
        "glycemicRanges.preset",
        "glycemicRanges.custom.name",
    ),
    *("diagnosisType", "dataSources", "providerConnectionRequests"),
    "lastRequestedDexcomConnectTime",
)


def shown(period: str, cgm: Sequence[str], bgm: Sequence[str]) -> dict[str, Any]:
    """The projection: of the summaries these statistics of one period alone."""
    named = {"cgm": cgm, "bgm": bgm}
    of_summary = [
        *(statistics.date_path(kind, "lastData") for kind in named),
        *(statistics.path(kind, period, name) for kind, names in named.items() for name in names),
    ]
    return dict.fromkeys((*_OF_RECORD, *of_summary), 1)


def list_exported(
    clinic_id: ObjectId, ids: Sequence[ObjectId], projection: dict[str, Any]
) -> list[PatientDocument]:
    """In the order of the ids."""
    query = {"_id": {"$in": list(ids)}, "clinicId": clinic_id}
    found = {
        document["_id"]: document
        for document in db.collection(COLLECTION).find(
            query, projection, hint="_id_", batch_size=len(ids) + 1
        )
    }
    return [found[record_id] for record_id in ids if record_id in found]
