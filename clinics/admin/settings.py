"""A clinic's settings: change, see the difference, save. One page for all of them, one class each in `SETTINGS`."""

from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from clinic_records.admin import changes, frame, readable_clinics
from clinic_records.services import access
from clinics.admin import setting_forms
from clinics.admin.ehr_setting import EhrSetting
from clinics.admin.profile_setting import ProfileSetting
from clinics.admin.setting import Setting, Values
from kernel.db import Document
from kernel.errors import DomainError, NotFound
from kernel.staff import pages, roles
from kernel.staff.differences import difference
from kernel.staff.fields import OptionalReasonForm, ReasonForm, with_focus

AnyReasonForm = ReasonForm | OptionalReasonForm
# By the last part of the page's address, in the order of the clinic's page.
SETTINGS: dict[str, type[Setting]] = {
    "profile": ProfileSetting,
    "limits": setting_forms.LimitsSetting,
    "tier": setting_forms.TierSetting,
    "mrn": setting_forms.MrnSetting,
    "ehr": EhrSetting,
    "timezone": setting_forms.TimezoneSetting,
    "notifications": setting_forms.NotificationsSetting,
    "restrictions": setting_forms.RestrictionsSetting,
}


@pages.page("clinics/<str:clinic_id>/settings/<str:kind>", name="clinic_settings", needs=roles.FIND)
def edit(request: HttpRequest, clinic_id: str, kind: str) -> HttpResponseBase:
    setting = SETTINGS.get(kind)
    if setting is None:
        raise NotFound
    pages.require(request, setting.NEEDS, name=f"clinic_settings.{kind}", clinic_id=clinic_id)
    stored = access.access_clinic(clinic_id)
    if request.method == "POST":
        return _submitted(request, stored, setting(request.POST, stored=stored))
    clinic = readable_clinics.clinic(stored)
    form = setting(initial=setting.initial_of(clinic), stored=stored)
    return _form_page(request, clinic, form, changes.fingerprint(setting.whole(stored)))


def _submitted(request: HttpRequest, stored: Document, form: Setting) -> HttpResponseBase:
    """Invalid: the form again. Valid: the difference. Confirmed: saved."""
    clinic, before = readable_clinics.clinic(stored), form.whole(stored)
    if not form.is_valid():
        return _form_page(request, clinic, form, _opened_on(request))
    if changes.fingerprint(before) != _opened_on(request):
        pages.fail(request, changes.MOVED)
        return pages.go(request.path)
    rows = difference(before, form.proposed(clinic))
    if not rows:
        pages.succeed(request, "Nothing to save: these are the present values.")
        return pages.go(frame.page_of(clinic))
    reason = _reason_form(form)(request.POST if request.POST.get("confirmed") else None)
    if not reason.is_valid():
        return _review_page(request, clinic, form, rows, reason)
    return _save(request, clinic, form, rows, reason.cleaned_data["reason"])


def _reason_form(form: Setting) -> type[AnyReasonForm]:
    is_needed = any(isinstance(form, SETTINGS[kind]) for kind in settings.STAFF_REASONS)
    return ReasonForm if is_needed else OptionalReasonForm


def _opened_on(request: HttpRequest) -> str:
    return request.POST.get("opened_on", "")


def _save(
    request: HttpRequest, clinic: Document, form: Setting, rows: list[Values], reason: str
) -> HttpResponseBase:
    clinic_id = str(clinic["_id"])
    try:
        changes.change_clinic(
            request,
            clinic_id=clinic_id,
            action=form.ACTION,
            part=form.whole,
            opened_on=_opened_on(request),
            change=partial(form.write, clinic_id, clinic),
            reason=reason,
            requested={row["name"]: row["after"] for row in rows},
        )
    except DomainError as error:
        pages.fail(request, error)
        return _refused(request, clinic, form, rows, error)
    pages.succeed(request, f"{form.TITLE} saved.")
    return pages.go(frame.page_of(clinic))


def _refused(
    request: HttpRequest, clinic: Document, form: Setting, rows: list[Values], error: DomainError
) -> HttpResponseBase:
    """What was wanted, with whom it concerns: the reason of the refusal is often among them. Where the clinic is
    another by now, or gone, the form with the present values."""
    if isinstance(error, NotFound) or error.message == changes.MOVED:
        return pages.go(request.path)
    reason = _reason_form(form)(initial={"reason": request.POST.get("reason", "")})
    return _review_page(request, clinic, form, rows, reason, status=error.status)


def _form_page(
    request: HttpRequest, clinic: Document, form: Setting, opened_on: str
) -> HttpResponseBase:
    return pages.render(
        request,
        "clinics/staff/settings_form.html",
        title=form.TITLE,
        crumbs=frame.crumbs_of(clinic),
        clinic=clinic,
        back=frame.page_of(clinic),
        form=form,
        lead=form.LEAD,
        opened_on=opened_on,
        status=400 if form.errors else 200,
    )


def _review_page(
    request: HttpRequest,
    clinic: Document,
    form: Setting,
    rows: list[Values],
    reason: AnyReasonForm,
    *,
    status: int = 0,
) -> HttpResponseBase:
    return pages.render(
        request,
        "clinics/staff/settings_review.html",
        title=f"{form.TITLE}: what changes",
        crumbs=frame.crumbs_of(clinic),
        clinic=clinic,
        form=form,
        rows=rows,
        preview=form.preview(request, clinic),
        opened_on=_opened_on(request),
        reason=with_focus(reason, "reason"),
        status=status or (400 if reason.errors else 200),
    )
