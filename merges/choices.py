"""The words of a merge: in plans, in the documents of `merge_plans`, and in the records of merges."""

from django.db.models import TextChoices


class TagAction(TextChoices):
    SKIP = "SKIP", "Exists in the target"
    CREATE = "CREATE", "Created in the target"
    RETAIN = "RETAIN", "Stays as it is"


class SiteAction(TextChoices):
    MOVE = "MOVE", "Create"
    RENAME = "RENAME", "Rename"
    RETAIN = "RETAIN", "Retain"


class RecordAction(TextChoices):
    """What happens to a patient's record, or to a member's."""

    MOVE = "MOVE", "Moves to the target"
    MERGE = "MERGE", "Is combined with the record in the target"
    MERGE_INTO = "MERGE_INTO", "Takes up a record of the source"
    RETAIN = "RETAIN", "Stays as it is"


class Category(TextChoices):
    """How two patients resemble one another. The values are part of `merge_plans` and of the workbook."""

    SAME_ACCOUNT = "Duplicate Accounts"
    LIKELY = "Likely Duplicate Accounts"
    MRN_ONLY = "MRN Only Match"
    NAME_ONLY = "Name Only Match"


class MergeState(TextChoices):
    """`RUNNING` and `TAKING_BACK` hold both clinics; the other states are final."""

    RUNNING = "running", "Running"
    TAKING_BACK = "takingBack", "Being taken back"
    COMPLETED = "completed", "Completed"
    REFUSED = "refused", "Refused by its plan"
    TAKEN_BACK = "takenBack", "Taken back"
