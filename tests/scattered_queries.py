"""Why a function asks all shards about patients: (function, collection) -> the reason.

docs/scaling.md has the table that `python -m scripts.query_shapes` makes of it.
"""

_USER = "a person's records in all clinics, a few for each visit: one key of the index on `userId` on each shard"
_RANGE = (
    "a range of `_id`, which begins with the clinic: a shard without the clinic has no key in it"
)
_WALK = "a walk over everything, in the background"
_FOLLOWER = "the follower knows ids of patients alone; it asks for many at once"
_IN_ALL = "staff look for a person in all clinics"
_NUMBER = "how many documents there are, which each shard knows without reading any"
_MERGE = "a merge reads its batches by their ids"
_STAFF = "one command for a page that staff open, about all clinics or by ids"

_STORE = "patients.store"
ROWS, RECORDS = "patientLists", "patients"
REASONS: dict[tuple[str, str], str] = {
    **{
        (f"{_STORE}.patients.{name}", RECORDS): reason
        for name, reason in {
            "exists_for_user": _USER,
            "list_of_user": _USER,
            "_ids_of": _USER,
            "_by_name": "the records of the person that were found by `userId`",
            "_change_summaries": "a summary belongs to a person, who has it in each of their clinics",
            "_change_all_summaries": "a summary belongs to a person, who has it in each of their clinics",
            "list_present_ids": _WALK,
            "list_by_ids": _FOLLOWER,
            "iterate_with_text": _WALK,
        }.items()
    },
    **{
        (f"{_STORE}.list_rows.{name}", ROWS): reason
        for name, reason in {
            "list_of_patients": _FOLLOWER,
            "_with_terms": _IN_ALL,
            "_of_clinic": _RANGE,
            "list_all": _RANGE,
            "list_users": _RANGE,
        }.items()
    },
    **{
        (f"{_STORE}.patient_lists.{name}", ROWS): reason
        for name, reason in {
            "_sorted_ids": f"filters and orders without an index read {_RANGE}",
            "_number": f"filters without an index count {_RANGE}",
            "list_figures": _STAFF,
        }.items()
    },
    **{
        (f"{_STORE}.derivations._list_ids", name): _WALK
        for name in (RECORDS, ROWS, "patientAnswers")
    },
    (f"{_STORE}.derivations.list_present", RECORDS): _WALK,
    (f"{_STORE}.derivations.estimate_records", RECORDS): _NUMBER,
    (f"{_STORE}.list_rows.estimate", ROWS): _NUMBER,
    (f"{_STORE}.patient_answers.estimate", "patientAnswers"): _NUMBER,
    (f"{_STORE}.moving.list_by_ids", RECORDS): _MERGE,
    (f"{_STORE}.moving.list_sizes", RECORDS): _MERGE,
    (f"{_STORE}.ehr_patients.list_matched_messages", RECORDS): (
        "old messages are removed in batches; the index holds subscribed patients alone"
    ),
    (f"{_STORE}.staff_reads.list_newest_data", ROWS): (
        "the newest data of all clinics, once a minute: one key for each clinic"
    ),
    (f"{_STORE}.staff_reads.list_found", RECORDS): _IN_ALL,
    (f"{_STORE}.staff_reads.count_what_is_lost", RECORDS): _STAFF,
    ("clinic_records.store.people.page_of", RECORDS): _IN_ALL,
    ("patients.services.text_backfills.make_patients_normal", RECORDS): _WALK,
}
_OPERATOR = "commands of an operator work on whole collections, whatever these are"


def reason(function: str, collection: str) -> str | None:
    """None if there is none."""
    known = REASONS.get((function, collection))
    return known or (_OPERATOR if function.startswith("kernel.") else None)
