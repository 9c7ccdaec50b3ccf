"""Shared by management commands: argument types, and subcommands that one app adds to another app's
command."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

_LONGEST_PAUSE = 3600.0


@dataclass(frozen=True, slots=True)
class Subcommand:
    name: str
    help: str
    add_arguments: Callable[[CommandParser], None]
    run: Callable[[BaseCommand, dict[str, Any]], None]
    description: str | None = None


_added: dict[str, list[Subcommand]] = defaultdict(list)


def add(group: str, subcommand: Subcommand) -> None:
    """`group` names the command and its part, such as "ehr patients". The command's app does not know which
    apps add to it."""
    _added[group].append(subcommand)


def add_parsers(command: BaseCommand, parsers: Any, group: str) -> None:
    """A parser for every subcommand of the group, with its `run` among the options."""
    for subcommand in _added[group]:
        parser = parsers.add_parser(
            subcommand.name, help=subcommand.help, description=subcommand.description
        )
        subcommand.add_arguments(parser)
        parser.set_defaults(run=partial(subcommand.run, command))


def seconds(text: str) -> float:
    """A pause."""
    number = float(text)
    if not 0 <= number <= _LONGEST_PAUSE:  # nor is "nan"
        raise ValueError
    return number


def at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ValueError
    return int(text)
