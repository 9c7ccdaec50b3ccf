"""Print a session token: `--user ID|EMAIL` acts as that person, `--server` as a backend service."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kernel.http import ServiceError, ServiceUnavailable
from users.services import accounts
from users.services.neighbours import user_service


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--user", metavar="ID|EMAIL")
        whose.add_argument("--server", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(
                _server_token() if options["server"] else _user_token(options["user"])
            )
        except (ServiceError, ServiceUnavailable) as error:
            raise CommandError(str(error)) from None


def _server_token() -> str:
    return user_service().server_token()


def _user_token(id_or_email: str) -> str:
    accounts.refuse_if_not_embedded(CommandError)
    user = user_service().get_user(id_or_email)
    if user is None:
        message = "no account with this id or address"
        raise CommandError(message)
    return accounts.issue_user_token(user.user_id)
