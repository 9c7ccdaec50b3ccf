"""Legacy accounts become clinics: an empty clinic is opened for one, and its patients are moved into it; later those of
further accounts of the same practice. What is asked for is shown, with the names, and confirmed on a second page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from bson import ObjectId
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse

from clinic_records.admin import changes, frame, readable_clinics
from clinic_records.services import access
from clinic_records.services.people import Person
from clinics.admin import people_meant, user_lookup
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
from kernel.templatetags.staff import pluralized
from users.services import people
from users.services.people import Account

T = TypeVar("T")
OPENED, STARTED, ADDED = "clinic.opened_for_legacy_account", "migration.started", "migration.added"
MOST_SHOWN = 10
REVIEW = "clinics/staff/legacy_review.html"


class LegacyAccountForm(ReasonForm):
    user_id = Text(
        schema.name(),
        label="Account",
        help_text="A member of this clinic: name, e-mail address or user id.",
    )
    reason = Reason()
    field_order = ("user_id", "reason")

    def __init__(self, data: QueryDict | None = None, *, clinic_id: ObjectId) -> None:
        super().__init__(data)
        self._clinic_id = clinic_id

    def clean_user_id(self) -> str:
        """What is confirmed after the review is the id: by then the name may be that of another member."""
        user_id = people_meant.member_meant(self._clinic_id, self.cleaned_data["user_id"])
        self.data = {name: self.data[name] for name in self.data} | {"user_id": user_id}
        return user_id


@pages.page("users/<str:user_id>/clinic", name="legacy_clinic", needs=roles.SETTINGS)
def open_clinic(request: HttpRequest, user_id: str) -> HttpResponseBase:
    """The clinics that the account has are shown first: a second empty one is seldom wanted."""
    user, outage = user_lookup.find_account(user_id)
    rows, total = staff_reads.list_memberships(Person(user_id=user_id), skip=0, limit=MOST_SHOWN)
    if user is None and not outage and not rows:
        raise NotFound
    crumbs = [pages.Crumb("User look-up", f"{reverse('admin:user_lookup')}?q={user_id}")]
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        step = _Step(request, form, OPENED, changes.Subject("user", user_id))
        if "confirmed" in request.POST:
            opened = step.run(lambda: _open(step, user_id))
            if opened is not None:
                pages.succeed(request, "The clinic is open. Its owner or you fill in the profile.")
                return pages.go(reverse("admin:clinic_migrations", args=[opened["_id"]]))
        elif account := step.run(lambda: people.access_legacy_account(user_id)):
            lines = (
                "An empty clinic is opened, without a name.",
                f"{_named(account)} becomes its only admin.",
                f"It has {pluralized(total, 'clinic')} already."
                if total
                else "It has no clinic until now.",
                "Its patients stay where they are until the profile is filled in and the migration is started.",
            )
            return pages.render(
                request,
                REVIEW,
                title="Open a clinic?",
                crumbs=crumbs,
                lines=lines,
                form=form,
                button="Open a clinic",
            )
    return pages.render(
        request,
        "clinics/staff/legacy_clinic.html",
        title="Open a clinic for a legacy account",
        crumbs=crumbs,
        user_id=user_id,
        memberships=with_clinic_names(map(clinician, rows)),
        more=total - len(rows),
        form=form,
        status=400 if form.errors else 200,
    )


def _open(step: "_Step", user_id: str) -> Document:
    def record(clinic: Document) -> None:
        step.record(clinic)

    return clinics.open_legacy_clinic(user_id=user_id, then=record)


@pages.page("clinics/<str:clinic_id>/migrations", name="clinic_migrations", needs=roles.SETTINGS)
def of_clinic(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    """Two forms: before the clinic is migrated its own account, afterwards further ones."""
    stored = access.access_clinic(clinic_id)
    clinic, is_migrated = readable_clinics.clinic(stored), bool(stored.get("isMigrated"))
    data = request.POST or None
    form = LegacyAccountForm(data, clinic_id=clinic["_id"]) if is_migrated else ReasonForm(data)
    if request.method == "POST" and form.is_valid():
        answer = (_add if is_migrated else _start)(request, clinic, form)
        if answer is not None:
            return answer
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


def _start(request: HttpRequest, clinic: Document, form: ReasonForm) -> HttpResponseBase | None:
    step, clinic_id = _Step(request, form, STARTED, clinic=clinic), str(clinic["_id"])

    def start() -> bool:
        migrations.trigger_initial_migration(clinic_id, then=lambda: step.record(clinic))
        return True

    return step.review_or_run(lambda: migrations.plan_initial(clinic_id)[1], start)


def _add(request: HttpRequest, clinic: Document, form: ReasonForm) -> HttpResponseBase | None:
    user_id = form.cleaned_data["user_id"]
    step = _Step(request, form, ADDED, changes.Subject("user", user_id), clinic)

    def add() -> None:
        migrations.create_migration(clinic_id=clinic["_id"], user_id=user_id)
        step.record(clinic)

    def planned_and_added() -> bool:
        migrations.plan_another(clinic["_id"], user_id)
        db.run_in_transaction(add)
        return True

    return step.review_or_run(
        lambda: migrations.plan_another(clinic["_id"], user_id), planned_and_added
    )


@dataclass(frozen=True, slots=True)
class _Step:
    """What staff ask for with a valid form: it is shown first, and done when that is confirmed."""

    request: HttpRequest
    form: ReasonForm
    action: str
    subject: changes.Subject | None = None
    clinic: Document | None = None

    def run(self, change: Callable[[], T]) -> T | None:
        """None if it was refused: then the form says why, and the trail that it was."""
        try:
            with changes.refusals_recorded(
                self.request,
                clinic_id=str(self.clinic["_id"]) if self.clinic else "",
                action=self.action,
                reason=self.form.cleaned_data["reason"],
                subject=self.subject,
            ):
                return change()
        except DomainError as error:
            self.form.add_error(None, pages.sentence(error.message))
            return None

    def record(self, clinic: Document) -> None:
        subject = self.subject
        about: dict[str, Any] = (
            {"object_type": subject.kind, "object_id": subject.id} if subject else {}
        )
        reason = self.form.cleaned_data["reason"]
        changes.record(self.request, clinic=clinic, action=self.action, reason=reason, **about)

    def review_or_run(
        self, plan: Callable[[], Account], move: Callable[[], bool]
    ) -> HttpResponseBase | None:
        """None if it was refused."""
        assert self.clinic is not None  # noqa: S101 (a migration has one)
        if "confirmed" in self.request.POST:
            if self.run(move) is None:
                return None
            pages.succeed(self.request, "A worker moves the patients who share with the account.")
            return pages.go(self.request.path)
        account = self.run(plan)
        return None if account is None else _review_of_move(self, self.clinic, account)


def _review_of_move(step: _Step, clinic: Document, account: Account) -> HttpResponseBase:
    sharing, name = migrations.count_who_share(account.user_id), clinic.get("name") or clinic["_id"]
    count = "how many they are cannot be said now" if sharing is None else sharing
    lines = (
        f"The account is {_named(account)}, the clinic {name} ({clinic.get('canonicalShareCode')}).",
        f"Who shares data with the account becomes a patient of the clinic ({count}), and shares with it no longer.",
        "The account stays a member of the clinic, is logged out, and cannot be used with the old tools any longer.",
        "A worker does it in the background. It cannot be undone.",
    )
    return pages.render(
        step.request,
        REVIEW,
        title="Move the patients?",
        crumbs=frame.crumbs_of(clinic),
        lines=lines,
        form=step.form,
        button="Move the patients",
    )


def _named(account: Account) -> str:
    return f"{account.full_name or 'someone without a name'} ({account.email or 'no address'}, {account.user_id})"
