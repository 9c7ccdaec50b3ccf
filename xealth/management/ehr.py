"""`manage.py ehr patients enroll`, the part of that command for Xealth (rules EHR-124 to EHR-130)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinics.services import ehr_settings
from kernel import commands
from kernel.commands import Subcommand, at_least_one
from kernel.db import Document
from patients.services import ehr_patients
from xealth import configuration
from xealth.services import enrolment
from xealth.services.enrolment import Enrolment

DESCRIPTION = (
    "Lists the patients and sends the orders after a yes. A patient whose order was sent counts as not enrolled until "
    "Xealth's notification brings the subscription; another run before that sends the order again."
)


def add_arguments(parser: CommandParser) -> None:
    parser.add_argument("clinic", metavar="CLINIC")
    parser.add_argument("--limit", "-l", type=at_least_one, default=20)
    parser.add_argument("--user-id")
    parser.add_argument("--mrn-origin", choices=enrolment.ORIGINS, default="cerner")
    parser.add_argument("--dry-run", action="store_true", help="only list them; send nothing")
    parser.add_argument("--no-input", action="store_true", help="send without asking first")


def enroll(command: BaseCommand, options: dict[str, Any]) -> None:
    clinic = ehr_settings.access_ehr_clinic(options["clinic"])
    chosen = enrolment.prepare(clinic, mrn_origin=options["mrn_origin"])
    patients = enrolment.list_patients(chosen, user_id=options["user_id"], limit=options["limit"])
    if options["dry_run"]:
        _show(command, patients)
        return
    enrolment.check_configured()
    if configuration.is_embedded():
        command.stdout.write(enrolment.NOTHING_SENT)
    if not options["no_input"]:
        _show(command, patients)
        if patients and not _is_confirmed(command):
            patients = []
    _send_orders(command, chosen, patients)


def _show(command: BaseCommand, patients: list[Document]) -> None:
    for patient in patients:
        command.stdout.write(ehr_patients.label(patient))
    command.stdout.write(f"{len(patients)} patients would be enrolled")


def _is_confirmed(command: BaseCommand) -> bool:
    command.stdout.write("Send these orders to Xealth? [yes/no] ", ending="")
    command.stdout.flush()
    try:
        return input() == "yes"
    except EOFError:
        msg = "no one said yes, so nothing was sent; --no-input sends without asking"
        raise CommandError(msg) from None


def _send_orders(command: BaseCommand, chosen: Enrolment, patients: list[Document]) -> None:
    count = 0
    try:
        for patient, answer in enrolment.enroll_each(chosen, patients):
            command.stdout.write(f"{ehr_patients.label(patient)} - {answer}")
            count += answer == enrolment.ENROLLED
    finally:
        command.stdout.write(f"{count} patients were enrolled")


commands.add(
    "ehr patients",
    Subcommand(
        name="enroll",
        help="order the enrolment of patients without a subscription (Xealth)",
        description=DESCRIPTION,
        add_arguments=add_arguments,
        run=enroll,
    ),
)
