"""Types of the documents that clinics and patients share. `clinics/models.py` describes what is in them."""

from typing import NewType

from kernel.db import Document

ClinicDocument = NewType("ClinicDocument", Document)
ClinicianDocument = NewType("ClinicianDocument", Document)
