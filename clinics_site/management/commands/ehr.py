"""Look after the EHR connections: clinics, their patients, failed work, messages."""

import json
from collections.abc import Callable
from typing import Any

from bson import ObjectId
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinics.services import ehr_patients, ehr_settings
from clinics.services.ehr_patients import Wanted
from kernel import ids
from kernel.api.rendering import encode
from kernel.db import Document
from kernel.errors import DomainError
from kernel.http import ServiceError, ServiceUnavailable
from redox.services import email_backfill, operators
from redox.services.admin_reads import MESSAGE, SCHEDULED, Item
from xealth.services import enrolment
from xealth.services.enrolment import Enrolment

MOST_CLINICS = 1000
ENROLLED = "Enrolled"
EMPTY = "(empty)"
ENROLL = (
    "Lists the patients first and sends after a yes. Who has been ordered counts as not enrolled until Xealth's "
    "notification brings the subscription, and is ordered again by another run before that."
)
Run = Callable[[dict[str, Any]], None]


# It stands above `redox` and `xealth`, which do not know each other.
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
        listing.add_argument("--limit", "-l", type=_at_least_one, default=20)
        listing.add_argument("--offset", "-o", type=int, default=0)
        listing.add_argument("--user-id")
        _add_alternatives(listing, "subscription", "any EHR subscription, active or not")
        _add_alternatives(listing, "mrn", "an MRN")
        listing.set_defaults(run=self.list_patients)
        backfill = commands.add_parser(
            "backfill-emails", help="give custodial patients the address of their order (Redox)"
        )
        backfill.add_argument("clinic", metavar="CLINIC")
        backfill.add_argument("--dry-run", action="store_true", help="change nothing")
        backfill.add_argument("--batch-size", type=_at_least_one, default=100)
        backfill.set_defaults(run=self.backfill_emails)
        enroll = "order the enrolment of patients without a subscription (Xealth)"
        self._add_enroll(commands.add_parser("enroll", help=enroll, description=ENROLL))

    def _add_enroll(self, parser: CommandParser) -> None:
        parser.add_argument("clinic", metavar="CLINIC")
        parser.add_argument("--limit", "-l", type=_at_least_one, default=20)
        parser.add_argument("--user-id")
        parser.add_argument("--mrn-origin", choices=enrolment.ORIGINS, default="cerner")
        parser.add_argument("--dry-run", action="store_true", help="only list them; send nothing")
        parser.add_argument("--no-input", action="store_true", help="send without asking first")
        parser.set_defaults(run=self.enroll)

    def _add_requeue(self, parser: CommandParser) -> None:
        parser.add_argument("--clinic", type=_object_id, metavar="ID")
        parser.add_argument("--kind", choices=(MESSAGE, SCHEDULED))
        parser.add_argument("--limit", type=_at_least_one, default=1000)
        parser.add_argument("--dry-run", action="store_true", help="only list them")
        parser.set_defaults(run=self.requeue_failed)

    def _add_show(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=_object_id, metavar="ID", help="message or scheduled send")
        parser.add_argument(
            "--payload", action="store_true", help="with patient data; writes an audit event"
        )
        parser.set_defaults(run=self.show_message)

    # --- commands
    def list_clinics(self, _: dict[str, Any]) -> None:
        found = ehr_settings.list_ehr_clinics(limit=MOST_CLINICS)
        for clinic in found:
            self.stdout.write(f"{clinic['_id']} {clinic.get('name') or EMPTY}")
        self.stdout.write(f"Found {len(found)} clinics")

    def list_patients(self, options: dict[str, Any]) -> None:
        clinic = ehr_settings.access_ehr_clinic(options["clinic"])
        wanted = Wanted(options["user_id"], options["mrn"], options["subscription"])
        page, total = ehr_patients.list_patients(
            clinic["_id"], wanted, skip=options["offset"], limit=options["limit"]
        )
        for patient in page:
            self.stdout.write(f"{_who(patient)} - Subscriptions [{_subscriptions(patient)}]")
        self.stdout.write(f"Found {total} patients")

    def backfill_emails(self, options: dict[str, Any]) -> None:
        clinic = ehr_settings.access_ehr_clinic(options["clinic"])
        is_dry, count = options["dry_run"], 0
        for found in email_backfill.find_addresses(clinic, batch=options["batch_size"]):
            if is_dry or email_backfill.fill_in(clinic, found):
                self.stdout.write(f"{_who(found.patient)} - New Email [{found.email}]")
                count += 1
        self.stdout.write(f"{count} patients {'would be' if is_dry else 'were'} updated")

    def enroll(self, options: dict[str, Any]) -> None:
        clinic = ehr_settings.access_ehr_clinic(options["clinic"])
        chosen = enrolment.prepare(clinic, mrn_origin=options["mrn_origin"])
        patients = enrolment.list_patients(
            chosen, user_id=options["user_id"], limit=options["limit"]
        )
        if options["dry_run"]:
            self._show_enrolment(patients)
            return
        enrolment.check_configured()
        if not options["no_input"]:
            self._show_enrolment(patients)
            if patients and not self._is_confirmed():
                patients = []
        self._send_orders(chosen, patients)

    def _show_enrolment(self, patients: list[Document]) -> None:
        for patient in patients:
            self.stdout.write(_who(patient))
        self.stdout.write(f"{len(patients)} patients would be enrolled")

    def _is_confirmed(self) -> bool:
        self.stdout.write("Send these orders to Xealth? [yes/no] ", ending="")
        self.stdout.flush()
        try:
            return input() == "yes"
        except EOFError:
            msg = "nobody said yes, so nothing was sent; --no-input sends without asking"
            raise CommandError(msg) from None

    def _send_orders(self, chosen: Enrolment, patients: list[Document]) -> None:
        """An order that Xealth refuses stays alone; where Xealth can not be reached, the rest is not tried."""
        count = 0
        try:
            for patient in patients:
                answer = self._send_order(chosen, patient)
                self.stdout.write(f"{_who(patient)} - {answer}")
                count += answer == ENROLLED
        finally:
            self.stdout.write(f"{count} patients were enrolled")

    def _send_order(self, chosen: Enrolment, patient: Document) -> str:
        try:
            status = enrolment.enroll(chosen, patient)
        except ServiceUnavailable:
            self.stdout.write(f"{_who(patient)} - No answer")
            raise
        return ENROLLED if status == 200 else f"Xealth answered {status}"

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
            msg = "there is no message and no scheduled send with this id"
            raise CommandError(msg)
        for name, value in _facts(item).items():
            self.stdout.write(f"{name}: {value}")
        if options["payload"]:
            payload = json.loads(encode(operators.read_payload(item)))
            self.stdout.write(json.dumps(payload, indent=2, ensure_ascii=False))


def _who(patient: Document) -> str:
    mrn, name = patient.get("mrn") or EMPTY, patient.get("fullName") or EMPTY
    return f"MRN {mrn} - {name} [{patient['userId']}]"


def _subscriptions(patient: Document) -> str:
    found = [
        f"{one.get('provider') or EMPTY} ({'active' if one.get('active') else 'inactive'})"
        for one in (patient.get("ehrSubscriptions") or {}).values()
    ]
    return ", ".join(found) or EMPTY


def _facts(item: Item) -> dict[str, Any]:
    record = item.record or {}
    sends = record.get("sends") or {}
    return {
        "kind": item.kind,
        "state": record.get("state") or "no record",
        "outcome": record.get("outcome") or EMPTY,
        "attempts": record.get("attempts", 0),
        "sends": ", ".join(f"{kind} {moment.isoformat()}" for kind, moment in sends.items())
        or EMPTY,
        "reason": operators.reason(record) or EMPTY,
    }


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


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ValueError
    return int(text)


def _object_id(text: str) -> ObjectId:
    found = ids.parse_id(text)
    if found is None:
        raise ValueError
    return found
