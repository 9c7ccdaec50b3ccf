"""What an installation may not start with.

Everywhere but on a developer's machine (ENVIRONMENT local or test) these stop every process, with one sentence and
before anything is served: `enforce` is the last line of the settings. `manage.py check` and `print_environment` start
nevertheless, to tell what is missing. What a sound installation may have for a reason is only told, by
`manage.py check --deploy` (checks.py).
"""

from collections.abc import Callable, Iterator
from typing import Any

UNGUARDED = ("local", "test")
SHORTEST = 32
_FEWEST_LETTERS = 8
# Anyone can read these here.
PUBLIC = {"insecure-development-key-only", "only-for-trying-at-home", "redox-test-token"}
CONSOLE = "django.core.mail.backends.console.EmailBackend"

_state = {"is_only_looking": False}


def only_look() -> None:
    """For commands that say what is wrong and do nothing else."""
    _state["is_only_looking"] = True


def enforce(settings: Any) -> None:
    """Ends the process. Not with ImproperlyConfigured, which some callers print with their whole stack, and others
    take for missing settings and go on without them."""
    problem = next(iter(problems(settings)), None)
    if problem is None or settings.ENVIRONMENT in UNGUARDED or _state["is_only_looking"]:
        return
    raise Refused(problem, settings.ENVIRONMENT)


class Refused(SystemExit):
    """One sentence on standard error, and status 1."""

    def __init__(self, problem: str, environment: str) -> None:
        super().__init__(
            f"{problem}, and ENVIRONMENT={environment} does not start so; "
            "`manage.py check --deploy` names everything that is missing."
        )


def problems(settings: Any) -> Iterator[str]:
    """Each begins with the name of a variable."""
    for rule in _RULES:
        problem = rule(settings)
        if problem:
            yield problem


def _environment(settings: Any) -> str:
    """As `ENVIRONMENT=${STAGE}` leaves it where STAGE is unset: no one has said that this is a developer's
    machine."""
    return "" if settings.ENVIRONMENT else "ENVIRONMENT is set to nothing"


def _debug(settings: Any) -> str:
    return "DEBUG is true" if settings.DEBUG else ""


def _secret_key(settings: Any) -> str:
    return _weakness("SECRET_KEY", settings.SECRET_KEY)


def _audit_key(settings: Any) -> str:
    if settings.AUDIT_KEY == settings.SECRET_KEY:
        return "AUDIT_KEY is the same as SECRET_KEY"
    return _weakness("AUDIT_KEY", settings.AUDIT_KEY)


def _weakness(name: str, value: str) -> str:
    if not value:
        return f"{name} is not set"
    if value in PUBLIC or value.startswith("insecure-"):
        return f"{name} is a value that everyone can read"
    if len(value) < SHORTEST:
        return f"{name} is shorter than {SHORTEST} characters"
    return f"{name} repeats too few characters" if len(set(value)) < _FEWEST_LETTERS else ""


def _allowed_hosts(settings: Any) -> str:
    return "ALLOWED_HOSTS allows every name" if "*" in settings.ALLOWED_HOSTS else ""


def _public_tokens(settings: Any) -> str:
    public = [name for name, value in tokens(settings).items() if value in PUBLIC]
    return f"{public[0]} is a value that everyone can read" if public else ""


def tokens(settings: Any) -> dict[str, str]:
    """What neighbours present to us, or we to them, by variable."""
    return {
        "TIDEPOOL_SERVER_TOKEN": settings.SERVER_TOKEN_SECRET,
        "TIDEPOOL_AUTH_CLIENT_EXTERNAL_SERVER_SESSION_TOKEN_SECRET": settings.AUTH_EXTERNAL_SECRET,
        "TIDEPOOL_SERVICE_SECRET": settings.SERVICE_SECRET,
        "TIDEPOOL_REDOX_VERIFICATION_TOKEN": settings.REDOX["verification_token"],
        "TIDEPOOL_XEALTH_BEARER_TOKEN": settings.XEALTH["bearer_token"],
    }


def _mail(settings: Any) -> str:
    """The log would hold what makes its reader the owner of an account."""
    if settings.SIDE_EFFECTS == "internal" and settings.EMAIL_BACKEND == CONSOLE:
        return "EMAIL_BACKEND would print mails, with the secrets of their links, to the log"
    return ""


_RULES: tuple[Callable[[Any], str], ...] = (
    _environment,
    _debug,
    _secret_key,
    _audit_key,
    _allowed_hosts,
    _public_tokens,
    _mail,
)
