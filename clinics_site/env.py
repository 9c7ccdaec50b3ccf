"""Every environment variable the service reads: name, type, default and meaning in one place.

Values also come from files: `NAME_FILE=/run/secrets/x` sets `NAME`. A value of the wrong type, or a file that cannot
be read, stops the start.
`manage.py print_environment` renders the table of docs/configuration.md from this registry.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeVar

import environ
import limits

_env = environ.FileAwareEnv()
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_PORTS = 2**16
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    kind: str
    default: str
    help: str


VARIABLES: dict[str, Variable] = {}


class Wrong(SystemExit):
    """One sentence on standard error, which begins with the name of the variable, and status 1, as for settings that
    are unsafe (safeguards.py)."""


def text(name: str, default: str = "", *, help: str) -> str:  # noqa: A002
    return _read(name, "text", default, help, str)


def address(name: str, default: str = "", *, help: str) -> str:  # noqa: A002
    """An address of a service. `check --deploy` says what is wrong with it (outside_addresses.py)."""
    return _read(name, "address", default, help, str)


def literal(name: str, default: str, *, help: str) -> str:  # noqa: A002
    """A text whose default applies only when the variable is unset: an empty value stays empty."""
    text(name, default, help=help)
    return _raw(name, default)


def number(name: str, default: int, *, at_least: int = 0, help: str) -> int:  # noqa: A002
    def parse(value: str) -> int:
        if int(value) < at_least:
            raise ValueError
        return int(value)

    kind = f"number from {at_least}" if at_least else "number"
    return _read(name, kind, default, help, parse)


def port(name: str, default: int, *, help: str) -> int:  # noqa: A002
    def parse(value: str) -> int:
        if not 0 <= int(value) < _PORTS:
            raise ValueError
        return int(value)

    return _read(name, "port", default, help, parse)


def rate(name: str, default: str, *, help: str) -> str:  # noqa: A002
    """How often something may happen: `5/hour`, `10/15minutes`."""

    def parse(value: str) -> str:
        limits.parse(value)
        return value

    return _read(name, "rate", default, help, parse)


def flag(name: str, *, default: bool = False, help: str) -> bool:  # noqa: A002
    return _read(name, "true/false", default, help, _to_bool)


def duration(name: str, default: str, *, help: str) -> timedelta:  # noqa: A002
    """A length of time written as in `90s`, `15m`, `168h` or `1h30m`."""
    return _to_duration(_read(name, "duration", default, help, _checked_duration))


def words(name: str, default: str = "", *, help: str) -> list[str]:  # noqa: A002
    """A comma-separated list."""
    value = _read(name, "list", default, help, str)
    return [word.strip() for word in value.split(",") if word.strip()]


def networks(name: str, *, help: str) -> tuple[IPv4Network | IPv6Network, ...]:  # noqa: A002
    """A comma-separated list of networks."""

    def parse(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
        return tuple(ip_network(word.strip()) for word in value.split(",") if word.strip())

    nowhere: tuple[IPv4Network | IPv6Network, ...] = ()
    found = _read(name, "list of networks", nowhere, help, parse)
    VARIABLES[name] = Variable(name, "list of networks", "", help)
    return found


def prefixed(prefix: str, *, help: str) -> dict[str, str]:  # noqa: A002
    """The values of all variables that start with `prefix`, by the rest of their names."""
    VARIABLES[prefix + "*"] = Variable(prefix + "*", "text", "", help)
    names = {name.removesuffix("_FILE") for name in os.environ if name.startswith(prefix)}
    return {name.removeprefix(prefix): _raw(name) for name in sorted(names)}


def choice(name: str, default: str, options: tuple[str, ...], *, help: str) -> str:  # noqa: A002
    def parse(value: str) -> str:
        if value not in options:
            raise ValueError
        return value

    return _read(name, " or ".join(options), default, help, parse)


def is_set(name: str) -> bool:
    return bool(_raw(name))


def _raw(name: str, default: str = "") -> str:
    try:
        return str(_env.str(name, default=default))
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or "it is no text"
        message = f"{name}_FILE names a file that cannot be read: {reason}"
        raise Wrong(message) from None


def _read(name: str, kind: str, default: T, explanation: str, parse: Callable[[str], T]) -> T:
    VARIABLES[name] = Variable(name, kind, str(default), explanation)
    raw = _raw(name)
    if raw == "":
        return default
    try:
        return parse(raw)
    except (ValueError, OverflowError):
        message = f"{name} must be of kind {kind!r}"
        raise Wrong(message) from None


def _to_bool(value: str) -> bool:
    lowered = value.lower()
    if lowered in ("1", "true", "yes", "on", "t"):
        return True
    if lowered in ("0", "false", "no", "off", "f"):
        return False
    raise ValueError


def _checked_duration(value: str) -> str:
    _to_duration(value)
    return value


def _to_duration(value: str) -> timedelta:
    parts = _DURATION.findall(value)
    if "".join(number + unit for number, unit in parts) != value or not parts:
        raise ValueError
    return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))
