"""Numbers of each day, for the charts on the staff's first page.

An app declares what can be counted (`declare`, in its `daily.py`). A periodic task keeps the numbers of each day in one
document, and pages read these alone: no page counts records.
"""

from kernel.daily.declarations import DECLARED, Number, Series, declare

__all__ = ["DECLARED", "Number", "Series", "declare"]
