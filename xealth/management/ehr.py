"""`manage.py ehr patients enroll`, the part of that command for Xealth (rules EHR-124 to EHR-130 and EHR-183 to
EHR-186)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinics.services import ehr_settings
from kernel import commands
from kernel.commands import Subcommand, at_least_one
from kernel.db import Document
from patients.services import ehr_patients
from xealth import configuration
from xealth.services import enrolment
from xealth.services.enrolment import Chosen, Enrolment, Repeat

DESCRIPTION = (
    "Lists the patients and sends the orders after a yes. Later runs leave out patients whose order was taken, and "
    "those whose order got no answer, because it may have arrived: these are listed, and --repeat orders them again."
)


def add_arguments(parser: CommandParser) -> None:
    parser.add_argument("clinic", metavar="CLINIC")
    parser.add_argument("--limit", "-l", type=at_least_one, default=20)
    parser.add_argument("--user-id")
    parser.add_argument("--mrn-origin", choices=enrolment.ORIGINS, default="cerner")
    parser.add_argument(
        "--repeat",
        type=Repeat,
        choices=list(Repeat),
        default=Repeat.NONE,
        help="order again what got no answer, or all that was ordered and brought no subscription",
    )
    parser.add_argument("--dry-run", action="store_true", help="only list them; send nothing")
    parser.add_argument("--no-input", action="store_true", help="send without asking first")


def enroll(command: BaseCommand, options: dict[str, Any]) -> None:
    clinic = ehr_settings.access_ehr_clinic(options["clinic"])
    run = enrolment.prepare(clinic, mrn_origin=options["mrn_origin"], repeat=options["repeat"])
    chosen = enrolment.choose(run, user_id=options["user_id"], limit=options["limit"])
    _show_left_out(command, chosen)
    patients = chosen.patients
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
    _send_orders(command, run, patients)


def _show_left_out(command: BaseCommand, chosen: Chosen) -> None:
    for patient in chosen.unanswered:
        command.stdout.write(f"{ehr_patients.label(patient)} - {enrolment.MAY_HAVE_ARRIVED}")
    if chosen.sent:
        command.stdout.write(f"{chosen.sent} patients were ordered before and are left out")


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


def _send_orders(command: BaseCommand, run: Enrolment, patients: list[Document]) -> None:
    count = 0
    try:
        for patient, answer in enrolment.enroll_each(run, patients):
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
