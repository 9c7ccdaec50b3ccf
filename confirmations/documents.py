"""The type of a confirmation's document. `confirmations/models.py` describes what is in it."""

from typing import NewType

from kernel.db import Document

ConfirmationDocument = NewType("ConfirmationDocument", Document)
