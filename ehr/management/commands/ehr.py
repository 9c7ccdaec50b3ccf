"""Manage the EHR connections: clinics, their patients, failed work, messages."""

import json
from typing import Any

from bson import ObjectId
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinics.services import ehr_settings
from ehr import kinds
from ehr.services import operators
from kernel import ids
from kernel.api.rendering import encode
from kernel.commands import add_parsers, at_least_one
from kernel.db import Document
from kernel.errors import DomainError
from kernel.http import ServiceError, ServiceUnavailable
from patients.services import ehr_patients
from patients.services.ehr_patients import EMPTY, PatientFilter

MOST_CLINICS = 1000


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(required=True, metavar="COMMAND")
        clinics = commands.add_parser("clinics", help="clinics with an active connection")
        self._add_clinics(clinics)
        patients = commands.add_parser("patients", help="their patients")
        self._add_patients(patients)
        self._add_requeue(commands.add_parser("requeue-failed", help="start failed work again"))
        self._add_show(commands.add_parser("show-message", help="what became of a message"))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            options["run"](options)
        except DomainError as error:
            raise CommandError(error.message) from None
        except (ServiceError, ServiceUnavailable) as error:
            raise CommandError(str(error)) from None

    # --- arguments
    def _add_clinics(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(required=True, metavar="COMMAND")
        commands.add_parser("list").set_defaults(run=self.list_clinics)

    def _add_patients(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(required=True, metavar="COMMAND")
        listing = commands.add_parser("list", help="in the order of their MRNs")
        listing.add_argument("clinic", metavar="CLINIC")
        listing.add_argument("--limit", "-l", type=at_least_one, default=20)
        listing.add_argument("--offset", "-o", type=int, default=0)
        listing.add_argument("--user-id")
        _add_alternatives(listing, "subscription", "any EHR subscription, active or not")
        _add_alternatives(listing, "mrn", "an MRN")
        listing.set_defaults(run=self.list_patients)
        add_parsers(self, commands, "ehr patients")

    def _add_requeue(self, parser: CommandParser) -> None:
        parser.add_argument("--clinic", type=_object_id, metavar="ID")
        parser.add_argument("--kind", choices=kinds.names())
        parser.add_argument("--limit", type=at_least_one, default=1000)
        parser.add_argument("--dry-run", action="store_true", help="only list them")
        parser.set_defaults(run=self.requeue_failed)

    def _add_show(self, parser: CommandParser) -> None:
        parser.add_argument(
            "id",
            type=_object_id,
            metavar="ID",
            help=" or ".join(kind.label for kind in kinds.every()),
        )
        parser.add_argument(
            "--payload", action="store_true", help="with patient data; writes an audit event"
        )
        parser.set_defaults(run=self.show_message)

    # --- commands
    def list_clinics(self, _: dict[str, Any]) -> None:
        clinics = ehr_settings.list_ehr_clinics(limit=MOST_CLINICS)
        for clinic in clinics:
            self.stdout.write(f"{clinic['_id']} {clinic.get('name') or EMPTY}")
        self.stdout.write(f"Found {len(clinics)} clinics")

    def list_patients(self, options: dict[str, Any]) -> None:
        clinic = ehr_settings.access_ehr_clinic(options["clinic"])
        conditions = PatientFilter(options["user_id"], options["mrn"], options["subscription"])
        page, total = ehr_patients.list_patients(
            clinic["_id"], conditions, skip=options["offset"], limit=options["limit"]
        )
        for patient in page:
            subscriptions = _subscriptions(patient)
            self.stdout.write(f"{ehr_patients.label(patient)} - Subscriptions [{subscriptions}]")
        self.stdout.write(f"Found {total} patients")

    def requeue_failed(self, options: dict[str, Any]) -> None:
        failed = operators.list_failed(
            kind=options["kind"], clinic_id=options["clinic"], limit=options["limit"]
        )
        is_dry, count = options["dry_run"], 0
        for record in failed:
            if is_dry or operators.requeue(record):
                reason = record.get("lastError") or EMPTY
                self.stdout.write(f"{record['kind']} {record['documentId']} - {reason}")
                count += 1
        self.stdout.write(f"{count} {'would be' if is_dry else 'were'} requeued")

    def show_message(self, options: dict[str, Any]) -> None:
        item = operators.find_item(options["id"])
        if item is None:
            of_any_kind = " and ".join(f"no {kind.label}" for kind in kinds.every())
            msg = f"there is {of_any_kind} with this id"
            raise CommandError(msg)
        for name, value in operators.facts(item).items():
            self.stdout.write(f"{name}: {value}")
        if options["payload"]:
            payload = json.loads(encode(operators.read_payload(item)))
            self.stdout.write(json.dumps(payload, indent=2, ensure_ascii=False))


def _subscriptions(patient: Document) -> str:
    labels = [
        f"{entry.get('provider') or EMPTY} ({'active' if entry.get('active') else 'inactive'})"
        for entry in (patient.get("ehrSubscriptions") or {}).values()
    ]
    return ", ".join(labels) or EMPTY


def _add_alternatives(parser: CommandParser, name: str, what: str) -> None:
    group = parser.add_mutually_exclusive_group()
    for word, value in (("with", True), ("without", False)):
        group.add_argument(
            f"--{word}-{name}",
            dest=name,
            action="store_const",
            const=value,
            help=f"only patients {word} {what}",
        )


def _object_id(text: str) -> ObjectId:
    object_id = ids.parse_id(text)
    if object_id is None:
        raise ValueError
    return object_id
