"""Operations on migrations of legacy accounts."""

from rest_framework.response import Response

from clinics.api.clinics import INTERNAL, show_clinic
from clinics.api.schemas import migrations as schemas
from clinics.api.schemas.clinics import CLINIC, CLINIC_ID
from clinics.representation.migrations import migration
from clinics.services import clinics, migrations
from kernel.api import schema as s
from kernel.api.operations import Call, Lenient, operation
from kernel.api.viewsets import ApiViewSet
from kernel.errors import ConstraintViolation

# The contract lacks the pattern on three paths; as everywhere else, an id that cannot exist is refused.
_CLINIC = {"clinicId": s.string(description="Id of the clinic.")}
_CLINIC_CHECKED = Lenient(path={"clinicId": s.object_id()})
_IDS = {"clinicId": CLINIC_ID, "userId": s.ref("tidepooluserid")}


class LegacyClinicianViewSet(ApiViewSet):
    @operation(
        "EnableNewClinicExperience",
        tags=INTERNAL,
        summary="Open an empty clinic for a legacy account",
        description="The account becomes the only admin of a clinic without a name, which is to be filled in and "
        "migrated. 422 for an account that is no legacy account.",
        path={"userId": s.string(description="User id of the legacy account.")},
        lenient=Lenient(path={"userId": s.user_id()}),
        raises=(ConstraintViolation,),
        responses={200: CLINIC},
    )
    def create(self, call: Call) -> Response:
        return Response(show_clinic(clinics.open_legacy_clinic(user_id=call.path["userId"])))


class InitialMigrationViewSet(ApiViewSet):
    @operation(
        "TriggerInitialMigration",
        tags=INTERNAL,
        summary="Start moving the patients of the account the clinic was opened for",
        description="Needs a complete profile (`canMigrate`) and exactly one admin; 422 otherwise, and when the "
        "clinic is migrated already. The move itself is done by a worker.",
        path=_CLINIC,
        lenient=_CLINIC_CHECKED,
        body=schemas.TRIGGER,
        body_required=False,
        raises=(ConstraintViolation,),
        responses={200: schemas.MIGRATION},
    )
    def create(self, call: Call) -> Response:
        return Response(migration(migrations.trigger_initial_migration(call.path["clinicId"])))


class MigrationsViewSet(ApiViewSet):
    @operation(
        "MigrateLegacyClinicianPatients",
        tags=INTERNAL,
        summary="Start moving the patients of a further legacy account",
        description="The account has to be a clinician of the clinic, and the clinic migrated. 409 when the account "
        "has a migration, in whatever clinic.",
        path=_CLINIC,
        lenient=_CLINIC_CHECKED,
        body=schemas.MIGRATION,
        described_body=schemas.MIGRATION_CREATE,
        raises=(ConstraintViolation,),
        responses={200: schemas.MIGRATION},
    )
    def create(self, call: Call) -> Response:
        created = migrations.create_migration(
            clinic_id=call.path["clinicId"], user_id=call.body["userId"]
        )
        return Response(migration(created))

    @operation(
        "ListMigrations",
        tags=INTERNAL,
        summary="List the migrations into a clinic",
        description="Oldest first; an empty array when there are none.",
        path=_CLINIC,
        lenient=_CLINIC_CHECKED,
        always_found=True,
        responses={200: schemas.MIGRATIONS},
    )
    def page(self, call: Call) -> Response:
        documents = migrations.list_migrations(call.path["clinicId"])
        return Response([migration(document) for document in documents])


class MigrationViewSet(ApiViewSet):
    @operation(
        "GetMigration",
        tags=INTERNAL,
        summary="Get the migration of an account",
        description="Its `status` says how far it has come.",
        path=_IDS,
        responses={200: schemas.MIGRATION},
    )
    def retrieve(self, call: Call) -> Response:
        document = migrations.access_migration(call.path["clinicId"], call.path["userId"])
        return Response(migration(document))

    @operation(
        "UpdateMigration",
        tags=INTERNAL,
        summary="Set the status of a migration",
        description="For the service that moves the patients. Every status may follow every other.",
        path=_IDS,
        body=schemas.MIGRATION_UPDATE,
        responses={200: schemas.MIGRATION},
    )
    def update(self, call: Call) -> Response:
        updated = migrations.update_status(
            call.path["clinicId"], call.path["userId"], call.body["status"]
        )
        return Response(migration(updated))
