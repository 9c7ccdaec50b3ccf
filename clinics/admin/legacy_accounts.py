"""Legacy accounts become clinics: an empty clinic is opened for one, and its patients are moved into it; later those of
further accounts of the same practice."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import changes, frame, readable_clinics
from clinic_records.services import access
from clinic_records.services.people import Person
from clinics.admin import user_lookup
from clinics.admin.found import with_clinic_names
from clinics.admin.readable_clinicians import clinician
from clinics.representation.migrations import migration
from clinics.services import clinics, migrations, staff_reads
from clinics.services.migration_readiness import can_migrate
from kernel import db
from kernel.api import schema
from kernel.db import Document
from kernel.errors import DomainError, NotFound
from kernel.staff import pages, roles
from kernel.staff.fields import Reason, ReasonForm, Text
from users.services import people

OPENED, STARTED, ADDED = "clinic.opened_for_legacy_account", "migration.started", "migration.added"
MOST_SHOWN = 10


class LegacyAccountForm(ReasonForm):
    user_id = Text(
        schema.user_id(),
        label="User id of the account",
        letters="This is no user id: ten hexadecimal digits, or a UUID.",
    )
    reason = Reason()
    field_order = ("user_id", "reason")


@pages.page("users/<str:user_id>/clinic", name="legacy_clinic", needs=roles.SETTINGS)
def open_clinic(request: HttpRequest, user_id: str) -> HttpResponseBase:
    """The clinics that the account has are shown first: a second empty one is seldom wanted."""
    user, outage = user_lookup.find_account(user_id)
    rows, total = staff_reads.list_memberships(Person(user_id=user_id), skip=0, limit=MOST_SHOWN)
    if user is None and not outage and not rows:
        raise NotFound
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        opened = _open(request, user_id, form)
        if opened is not None:
            pages.succeed(request, "The clinic is open. Its owner or you fill in the profile.")
            return pages.go(reverse("admin:clinic_migrations", args=[opened["_id"]]))
    return pages.render(
        request,
        "clinics/staff/legacy_clinic.html",
        title="Open a clinic for a legacy account",
        crumbs=[pages.Crumb("User look-up", f"{reverse('admin:user_lookup')}?q={user_id}")],
        user_id=user_id,
        memberships=with_clinic_names(map(clinician, rows)),
        more=total - len(rows),
        form=form,
        status=400 if form.errors else 200,
    )


def _open(request: HttpRequest, user_id: str, form: ReasonForm) -> Document | None:
    """None if it was refused."""
    reason = form.cleaned_data["reason"]

    def record(clinic: Document) -> None:
        changes.record(
            request,
            clinic=clinic,
            action=OPENED,
            object_type="user",
            object_id=user_id,
            reason=reason,
        )

    try:
        with changes.refusals_recorded(
            request,
            clinic_id="",
            action=OPENED,
            reason=reason,
            subject=changes.Subject("user", user_id),
        ):
            return clinics.open_legacy_clinic(user_id=user_id, then=record)
    except DomainError as error:
        form.add_error(None, pages.sentence(error.message))
        return None


@pages.page("clinics/<str:clinic_id>/migrations", name="clinic_migrations", needs=roles.SETTINGS)
def of_clinic(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    """Two forms: before the clinic is migrated its own account, afterwards further ones."""
    stored = access.access_clinic(clinic_id)
    clinic, is_migrated = readable_clinics.clinic(stored), bool(stored.get("isMigrated"))
    form_class = LegacyAccountForm if is_migrated else ReasonForm
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        run = _add if is_migrated else _start
        if _done(form, lambda: run(request, clinic, form)):
            pages.succeed(request, "A worker moves the patients who share with the account.")
            return pages.go(request.path)
    return frame.render(
        request,
        clinic,
        "clinics/staff/migrations.html",
        tab="clinic",
        migrations=[migration(row) for row in migrations.list_migrations(clinic_id)],
        is_migrated=is_migrated,
        can_start=can_migrate(stored),
        profile_url=reverse("admin:clinic_settings", args=[clinic_id, "profile"]),
        form=form,
        status=400 if form.errors else 200,
    )


def _done(form: ReasonForm, run: Callable[[], None]) -> bool:
    """False if it was refused: then the page says why."""
    try:
        run()
    except DomainError as error:
        form.add_error(None, pages.sentence(error.message))
        return False
    return True


def _start(request: HttpRequest, clinic: Document, form: ReasonForm) -> None:
    reason, clinic_id = form.cleaned_data["reason"], str(clinic["_id"])

    def record() -> None:
        changes.record(request, clinic=clinic, action=STARTED, reason=reason)

    with changes.refusals_recorded(request, clinic_id=clinic_id, action=STARTED, reason=reason):
        migrations.trigger_initial_migration(clinic_id, then=record)


def _add(request: HttpRequest, clinic: Document, form: ReasonForm) -> None:
    reason, user_id = form.cleaned_data["reason"], form.cleaned_data["user_id"]
    subject: dict[str, Any] = {"object_type": "user", "object_id": user_id}

    def add() -> None:
        migrations.create_migration(clinic_id=clinic["_id"], user_id=user_id)
        changes.record(request, clinic=clinic, action=ADDED, reason=reason, **subject)

    with changes.refusals_recorded(
        request,
        clinic_id=str(clinic["_id"]),
        action=ADDED,
        reason=reason,
        subject=changes.Subject("user", user_id),
    ):
        people.access_legacy_account(user_id)  # the operation takes any member
        db.run_in_transaction(add)
