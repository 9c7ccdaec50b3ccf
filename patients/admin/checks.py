"""On the first page: the result of the daily check of what lists are derived from."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from kernel.staff import overview, roles
from patients.services import daily_checks


def _overview_section(request: HttpRequest) -> str:
    result = daily_checks.last_result()
    return render_to_string("patients/staff/_check_section.html", {"result": result}, request)


overview.add(roles.FIND, _overview_section)
