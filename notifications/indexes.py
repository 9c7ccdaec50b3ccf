"""Indexes of the app's collections."""

from datetime import timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel

from kernel import indexes

# Longer than any event can be repeated, and long enough to answer "was the mail sent?".
KEEP_SENT = timedelta(days=180)
KEEP_HANDLED = timedelta(days=90)

indexes.declare(
    "sentMails",
    IndexModel(
        [("recipientHash", ASCENDING), ("time", DESCENDING)],
        name="SentMailsByRecipient",
    ),
    IndexModel(
        [("time", ASCENDING)],
        name="SentMailsCleanup",
        expireAfterSeconds=int(KEEP_SENT.total_seconds()),
    ),
)
indexes.declare(
    "handledEvents",
    IndexModel(
        [("time", ASCENDING)],
        name="HandledEventsCleanup",
        expireAfterSeconds=int(KEEP_HANDLED.total_seconds()),
    ),
)
