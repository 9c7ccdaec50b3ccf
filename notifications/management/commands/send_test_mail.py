"""Sends one mail with invented data through the configured mail backend, to check that it arrives."""

from argparse import ArgumentParser
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.core.management.base import BaseCommand, CommandError

from kernel import ids
from notifications.services import mailer
from notifications.services.catalogue import CATALOGUE, find_mail
from notifications.services.rendering import render


class Command(BaseCommand):
    help = "Send a mail with invented data: manage.py send_test_mail --to me@example.org"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", required=True, help="who receives it")
        parser.add_argument("--template", default="clinic_created", help="a name of the catalogue")

    def handle(self, *args: Any, **options: Any) -> None:
        message = _compose(options["to"], options["template"])
        message.send()
        self.stdout.write(f"Sent as {message.extra_headers['Message-ID']}.")


def _compose(recipient: str, template: str) -> EmailMultiAlternatives:
    mail = find_mail(template)
    if mail is None:
        raise CommandError("Unknown template. Known: " + ", ".join(CATALOGUE))
    if not mailer.is_address(recipient):
        raise CommandError("This is not a valid address: " + recipient)
    request = mailer.MailRequest(ids.new_id(), recipient, template, mail.sample)
    return mailer.compose(request, render(mail, mail.sample))
