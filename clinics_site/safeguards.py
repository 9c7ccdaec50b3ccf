"""Settings with which an installation must not start.

Except on a developer's machine (ENVIRONMENT local or test) they stop every process with one sentence, before
anything is served: `enforce` is the last line of the settings. `manage.py check` and `print_environment`
start nevertheless, to report what is missing. Settings for which an installation may have a reason are only
reported, by `manage.py check --deploy` (checks.py).
"""

from collections.abc import Callable, Iterator
from typing import Any

UNGUARDED = ("local", "test")
SHORTEST = 32
_FEWEST_LETTERS = 8
# Values that are published in this repository.
PUBLIC = {"insecure-development-key-only", "only-for-trying-at-home", "redox-test-token"}
CONSOLE = "django.core.mail.backends.console.EmailBackend"

_state = {"is_only_checking": False}


def only_check() -> None:
    """For commands that only report what is wrong."""
    _state["is_only_checking"] = True


def enforce(settings: Any) -> None:
    """End the process if the settings are unsafe. Not with ImproperlyConfigured: some callers print its whole
    stack trace, others take it for missing settings and continue without them."""
    problem = next(iter(problems(settings)), None)
    if problem is None or settings.ENVIRONMENT in UNGUARDED or _state["is_only_checking"]:
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
    """What is wrong with the settings; each text begins with the name of a variable."""
    for rule in _RULES:
        problem = rule(settings)
        if problem:
            yield problem


def _environment(settings: Any) -> str:
    """`ENVIRONMENT=${STAGE}` is empty where STAGE is unset. That does not make it a developer's machine."""
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
    """The secrets that neighbours send to us, or we to them, by variable."""
    return {
        "METRICS_TOKEN": settings.METRICS_TOKEN,
        "TIDEPOOL_SERVER_TOKEN": settings.SERVER_TOKEN_SECRET,
        "TIDEPOOL_AUTH_CLIENT_EXTERNAL_SERVER_SESSION_TOKEN_SECRET": settings.AUTH_EXTERNAL_SECRET,
        "TIDEPOOL_SERVICE_SECRET": settings.SERVICE_SECRET,
        "TIDEPOOL_REDOX_VERIFICATION_TOKEN": settings.REDOX["verification_token"],
        "TIDEPOOL_REDOX_OLD_VERIFICATION_TOKEN": settings.REDOX["old_verification_token"],
        "TIDEPOOL_XEALTH_BEARER_TOKEN": settings.XEALTH["bearer_token"],
        "TIDEPOOL_XEALTH_OLD_BEARER_TOKEN": settings.XEALTH["old_bearer_token"],
    }


def _mail(settings: Any) -> str:
    """With the secrets in mails a reader of the log could take over accounts."""
    if settings.EMAIL_BACKEND == CONSOLE:
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
