"""Pages for staff: what clinicians have entered and ordered in Xealth. Importing registers them."""

from xealth.admin import clinic_panel, enrolments, match_test, outcomes, preorders, reasons, records  # noqa: F401
