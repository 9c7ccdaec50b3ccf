"""Indexes declared by hand (facts F6, F20), created by `manage.py migrate` and `manage.py ensure_indexes`.

Each app's `indexes.py` calls `declare(collection, IndexModel, ...)`; the command and a test compare the declarations
with the live database. An index that cannot be made stops nothing: what is wrong, where, and what does not hold
meanwhile is kept (`last_problems`), shown to staff and counted in a metric, and the index is tried again once a day.
"""

from kernel.indexes.building import Report, ensure, missing, try_again
from kernel.indexes.declarations import DECLARED, OBSOLETE, Description, declare, describe, obsolete
from kernel.indexes.leftovers import drop_obsolete, left_over
from kernel.indexes.problems import Problem
from kernel.indexes.records import last_problems

__all__ = [
    "DECLARED",
    "OBSOLETE",
    "Description",
    "Problem",
    "Report",
    "declare",
    "describe",
    "drop_obsolete",
    "ensure",
    "last_problems",
    "left_over",
    "missing",
    "obsolete",
    "try_again",
]
