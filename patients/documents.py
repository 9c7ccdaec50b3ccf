"""The type of a patient's document. `patients/models.py` describes what is in it."""

from typing import NewType

from kernel.db import Document

PatientDocument = NewType("PatientDocument", Document)
