"""Pages for staff: orders of Xealth among the work for health records."""

from xealth.admin import reasons, records  # noqa: F401
