"""`manage.py xealth demo`: the story of Xealth, played against the running service (rule EHR-177)."""

import json
import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import DomainError
from kernel.http import ServiceUnavailable
from xealth.services.demo import Exchange, Story


class Command(BaseCommand):
    help = "Plays the story of Xealth against the running service, and prints each exchange."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("story", choices=("demo",))

    def handle(self, *args: Any, **options: Any) -> None:
        logging.getLogger("httpx2").setLevel(
            logging.WARNING
        )  # a line for each call would be between
        try:
            for exchange in Story().play():
                self._show(exchange)
        except ServiceUnavailable:
            msg = "the service does not run at TIDEPOOL_APPLICATION_URL: start it with `make run`"
            raise CommandError(msg) from None
        except DomainError as error:
            raise CommandError(error.message) from None

    def _show(self, exchange: Exchange) -> None:
        self.stdout.write(f"\n{exchange.title}\n\n{exchange.call}")
        if exchange.sent is not None:
            self.stdout.write(_as_json(exchange.sent))
        if exchange.status is not None:
            self.stdout.write(str(exchange.status))
        if exchange.answer is not None:
            self.stdout.write(_as_json(exchange.answer))
        self.stdout.flush()


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
