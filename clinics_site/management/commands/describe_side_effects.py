"""Print what follows from which event, and who does it with SIDE_EFFECTS=external, for docs/operations.md."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand

from kernel.outbox import subscriptions
from kernel.outbox.subscriptions import Subscription


class Command(BaseCommand):
    help = "Print the effects that another worker may do, and those that are always done here, as Markdown."

    def handle(self, *_args: Any, **_options: Any) -> None:
        every = sorted(subscriptions.BY_NAME.values(), key=lambda subscription: subscription.name)
        watched = [subscription for subscription in every if subscription.outside]
        own = [subscription for subscription in every if not subscription.outside]
        self.stdout.write("\n".join([*_watched_table(watched), "", *_own_table(own)]))


def _watched_table(watched: Iterable[Subscription]) -> Iterator[str]:
    yield "| effect | of the event | another worker sees |"
    yield "|---|---|---|"
    for subscription in watched:
        yield f"| {_named(subscription)} | {subscription.outside} |"


def _own_table(own: Iterable[Subscription]) -> Iterator[str]:
    yield "| always done here | of the event |"
    yield "|---|---|"
    for subscription in own:
        yield f"| {_named(subscription)} |"


def _named(subscription: Subscription) -> str:
    return f"`{subscription.name}` | `{subscription.event.declared.name}`"
