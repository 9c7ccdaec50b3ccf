"""`manage.py ehr patients backfill-emails`, the part of that command for Redox (rule EHR-120)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from clinics.services import ehr_settings
from kernel import commands
from kernel.commands import Subcommand, at_least_one
from patients.services import ehr_patients
from redox.services import email_backfill


def add_arguments(parser: CommandParser) -> None:
    parser.add_argument("clinic", metavar="CLINIC")
    parser.add_argument("--dry-run", action="store_true", help="change nothing")
    parser.add_argument("--batch-size", type=at_least_one, default=100)


def backfill_emails(command: BaseCommand, options: dict[str, Any]) -> None:
    clinic = ehr_settings.access_ehr_clinic(options["clinic"])
    is_dry, count = options["dry_run"], 0
    for candidate in email_backfill.find_addresses(clinic, batch=options["batch_size"]):
        if is_dry or email_backfill.fill_in(clinic, candidate):
            label = ehr_patients.label(candidate.patient)
            command.stdout.write(f"{label} - New Email [{candidate.email}]")
            count += 1
    command.stdout.write(f"{count} patients {'would be' if is_dry else 'were'} updated")


commands.add(
    "ehr patients",
    Subcommand(
        name="backfill-emails",
        help="give custodial patients the address of their order (Redox)",
        add_arguments=add_arguments,
        run=backfill_emails,
    ),
)
