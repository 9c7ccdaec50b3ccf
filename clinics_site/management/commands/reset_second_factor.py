"""Remove a staff account's second factor, for the case that the last administrator has lost phone and
recovery codes.

Anyone who can run this command can change the database anyway. The reset and its reason are recorded in the
audit trail.
"""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.choices import ActorKind
from kernel.staff.sign_in import changes, reset_pages


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the account's name")
        parser.add_argument("--reason", required=True, help="kept in the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["name"]).first()
        if user is None:
            raise CommandError("there is no staff account with this name")  # noqa: EM101
        if not options["reason"].strip():
            raise CommandError("a reason is needed")  # noqa: EM101
        record = reset_pages.recorder(
            user,
            "staff.factor_reset",
            reason=options["reason"].strip()[:500],
            actor={
                "actor_id": "manage.py",
                "actor_kind": ActorKind.SYSTEM,
                "actor_name": "manage.py",
            },
        )
        if not changes.reset(user.pk, record):
            raise CommandError("this account has no second factor")  # noqa: EM101
        self.stdout.write(
            f"{user.get_username()} no longer has a second factor; sessions have ended"
        )
