"""On the first page: the result of the daily check of what lists are derived from, and whether connection issues are
swept."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from kernel.staff import overview, roles
from patients.services import connection_sweeps, daily_checks


def _overview_section(request: HttpRequest) -> str:
    result = daily_checks.last_result()
    context = {"result": result, "sweep": connection_sweeps.last_result()}
    return render_to_string("patients/staff/_check_section.html", context, request)


overview.add(roles.FIND, _overview_section)
