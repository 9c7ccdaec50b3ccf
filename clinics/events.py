"""Events of clinics, of their clinicians, and of patients who move to them."""

from collections.abc import Sequence

from kernel import accesses, outbox


@outbox.event("clinic.created", access=accesses.NO_PATIENT)
class ClinicCreated(outbox.Event):
    clinic_id: str = outbox.key()


@outbox.event("clinic.deleted", access=accesses.MANY)
class ClinicDeleted(outbox.Event):
    clinic_id: str = outbox.key()


@outbox.event("clinic.merged", access=accesses.MANY)
class ClinicMerged(outbox.Event):
    """The source is gone, and what belonged to it belongs to the target. There is no `clinic.deleted` for it."""

    source_id: str = outbox.key()
    target_id: str


@outbox.event("clinic.abandoned", access=accesses.MANY)
class ClinicAbandoned(outbox.Event):
    """The account of the clinic's last clinician is gone."""

    clinic_id: str = outbox.key()


@outbox.event("clinic.tag_deleted", access=accesses.MANY)
class TagDeleted(outbox.Event):
    clinic_id: str = outbox.key()
    tag_id: str


@outbox.event("clinician.saved", access=accesses.NO_PATIENT)
class ClinicianSaved(outbox.Event):
    clinic_id: str
    user_id: str = outbox.key()


@outbox.event("clinician.roles_changed", access=accesses.NO_PATIENT)
class RolesChanged(outbox.Event):
    clinic_id: str
    user_id: str = outbox.key()
    updated_by: str | None = None
    roles: Sequence[str]


@outbox.event("clinician.invite_removed", access=accesses.NO_PATIENT)
class InviteRemoved(outbox.Event):
    clinic_id: str
    invite_id: str = outbox.key()


@outbox.event("migration.created", access=accesses.MANY)
class MigrationCreated(outbox.Event):
    clinic_id: str
    user_id: str = outbox.key()


@outbox.event("migration.patient_moved", access=accesses.in_path("user_id"))
class PatientMoved(outbox.Event):
    clinic_id: str
    user_id: str = outbox.key()
    legacy_clinician_id: str


@outbox.event("migration.completed", access=accesses.NO_PATIENT)
class MigrationCompleted(outbox.Event):
    clinic_id: str
    user_id: str = outbox.key()


@outbox.event("merge.account_affected", access=accesses.in_path("user_id"))
class AccountMerged(outbox.Event):
    """Once for each account when two clinics are merged; `role` is patient, source_clinician or target_admin."""

    user_id: str
    role: str
    source_clinic_name: str
    target_clinic_name: str


@outbox.event("invitation.accepted", access=accesses.NO_PATIENT)
class InvitationAccepted(outbox.Event):
    """Someone has joined a clinic by an invitation; `role` is clinician or patient."""

    clinic_id: str
    user_id: str = outbox.key()
    role: str
