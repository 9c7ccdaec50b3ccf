"""Make an account in the embedded user service."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kernel.http import ServiceError
from users.choices import AccountRole
from users.clients.protocol import EmailTaken
from users.services import accounts


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True, help="full name")
        parser.add_argument("--clinician", action="store_true", help="staff, not a patient")
        parser.add_argument("--password", help="8 to 72 characters; without one no one can log in")

    def handle(self, *args: Any, **options: Any) -> None:
        accounts.refuse_if_not_embedded(CommandError)
        try:
            user = accounts.create_user(
                email=options["email"],
                full_name=options["name"],
                roles=(AccountRole.CLINICIAN.value,)
                if options["clinician"]
                else (AccountRole.PATIENT.value,),
                password=options["password"],
            )
        except EmailTaken:
            message = "this address already belongs to an account"
            raise CommandError(message) from None
        except ServiceError:
            message = "an address looks like name@example.org, a password has 8 to 72 characters and no spaces"
            raise CommandError(message) from None
        self.stdout.write(user.user_id)
