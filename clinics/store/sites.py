"""Sites inside a clinic document: `sites: [{id, name}]`."""

from datetime import datetime

from bson import ObjectId

from clinics.store.clinics import COLLECTION
from kernel import db, updates
from kernel.db import Document


def add_site(clinic_id: ObjectId, site: Document, *, limit: int, moment: datetime) -> bool:
    """False when the clinic has `limit` sites."""
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id, f"sites.{limit - 1}": {"$exists": False}},
        [updates.appended("sites", site), updates.assigned({"updatedTime": moment})],
    )
    return result.modified_count > 0


def set_site_name(clinic_id: ObjectId, site_id: ObjectId, name: str, moment: datetime) -> bool:
    """False when the clinic has no such site."""
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id, "sites": {"$type": "array"}, "sites.id": site_id},
        {"$set": {"sites.$[site].name": name, "updatedTime": moment}},
        array_filters=[{"site.id": site_id}],
    )
    return result.matched_count > 0


def remove_site(clinic_id: ObjectId, site_id: ObjectId, moment: datetime) -> bool:
    """False when the clinic has no such site."""
    result = db.collection(COLLECTION).update_one(
        {"_id": clinic_id, "sites": {"$type": "array"}, "sites.id": site_id},
        {"$pull": {"sites": {"id": site_id}}, "$set": {"updatedTime": moment}},
    )
    return result.modified_count > 0
