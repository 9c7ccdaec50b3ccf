"""Pages for staff: what clinicians have entered and ordered in Xealth. Importing registers them."""

from xealth.admin import clinic_panel, enrolments, preorders, reasons, records  # noqa: F401
