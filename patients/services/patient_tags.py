"""Tags of many patients at once (rules PATIENT-76 to PATIENT-79).

A clinic may have too many patients for one transaction, and every new summary would conflict with it. So the tag is
counted again afterwards, and once more by an event, in case this process ends in between.
"""

from collections.abc import Sequence
from datetime import timedelta

from bson import ObjectId

from clinic_records.services import access
from kernel import clock, db, ids, outbox
from kernel.db import Document
from kernel.errors import NotFound
from patients.events import TagUsedInBulk
from patients.services import derived, tags_and_sites
from patients.services.patients import parsed_clinic
from patients.store import tags_and_sites as store

# After this time a change of very many patients has either ended or failed.
GONE = "is no patient of the clinic any more"
HAS_IT, LACKS_IT = "has the tag already", "does not have the tag"
RECOUNT_AFTER = timedelta(minutes=10)


def assign_tag(*, clinic_id: str, tag_id: str, user_ids: Sequence[str] | None) -> int:
    """Give the tag to these patients, or to all of the clinic (None). Unknown users are ignored.

    Raises NotFound for a tag that the clinic does not have. If the tag is deleted meanwhile, it is removed again.
    """
    clinic, tag = parsed_clinic(clinic_id), ids.parse_id(tag_id)
    if tag is None or not _has_tag(access.access_clinic(clinic), tag):
        raise NotFound(message=tags_and_sites.TAG_NOT_FOUND)
    _order_recount(clinic, tag)
    if user_ids is None:
        derived.follow_missing(clinic)  # everyone is found by rows
    changed = store.add_tag(clinic, user_ids, tag, clock.now())
    recount_tag(clinic_id=clinic, tag_id=tag)
    return changed


def remove_tag(*, clinic_id: str, tag_id: str, user_ids: Sequence[str] | None = None) -> int:
    clinic, tag = parsed_clinic(clinic_id), ids.parse_id(tag_id)
    if tag is None:
        return 0
    _order_recount(clinic, tag)
    changed = store.remove_tag(clinic, user_ids, tag, clock.now())
    _recount(clinic, tag)
    return changed


def unchanged_by(
    *, clinic_id: str, tag_id: str, user_ids: Sequence[str], is_added: bool
) -> dict[str, list[str]]:
    """Whom giving the tag to these patients, or taking it from them, leaves as they are: why -> user ids."""
    clinic, tag = parsed_clinic(clinic_id), ids.parse_id(tag_id)
    holders, others = store.split_by_tag(clinic, user_ids, tag)
    known = holders | others
    left_out = {
        GONE: [user_id for user_id in user_ids if user_id not in known],
        HAS_IT if is_added else LACKS_IT: [
            user_id for user_id in user_ids if user_id in (holders if is_added else others)
        ],
    }
    return {why: found for why, found in left_out.items() if found}


def recount_tag(*, clinic_id: ObjectId, tag_id: ObjectId) -> None:
    """If the clinic does not have the tag (any more), it is removed from all patients first."""
    if not _has_tag(access.find_clinic(clinic_id) or {}, tag_id):
        store.remove_tag(clinic_id, None, tag_id, clock.now())
    _recount(clinic_id, tag_id)


def _recount(clinic_id: ObjectId, tag_id: ObjectId) -> None:
    db.run_in_transaction(lambda: tags_and_sites.recount(clinic_id, store.TAGS, tag_id))


def _has_tag(clinic: Document, tag_id: ObjectId) -> bool:
    return tag_id in access.tag_ids(clinic)


def _order_recount(clinic_id: ObjectId, tag_id: ObjectId) -> None:
    outbox.emit(
        TagUsedInBulk(clinic_id=str(clinic_id), tag_id=str(tag_id)),
        not_before=clock.now() + RECOUNT_AFTER,
    )
