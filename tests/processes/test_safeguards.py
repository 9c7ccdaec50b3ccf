"""No process of an installation starts with values that everyone knows: it prints one sentence and serves
nothing."""

import os
import runpy
import subprocess
import sys

import pytest

from clinics_site import env, server  # noqa: F401 (reads the variables of web)
from scripts import deploy_check, local, service

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]
SAFE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "one of our own, which is long and random",
    "AUDIT_KEY": "another of our own, which is long and random",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "ALLOWED_HOSTS": "clinics.example.org",
    "MONGODB_URI": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=10",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}
MANAGE = [sys.executable, "manage.py"]
SETTINGS = [sys.executable, "-c", "import clinics_site.settings"]
STARTS = {
    **service.COMMANDS,
    "migrate": [*MANAGE, "migrate"],
    "token": [*MANAGE, "token", "--server"],
    "shell": [*MANAGE, "shell", "-c", "print('started')"],
    "verify_audit": [*MANAGE, "verify_audit"],
    "wsgi": [sys.executable, "-c", "import clinics_site.wsgi; print('started')"],
}


def run(command, **environment):
    """Variables with the value None are not set."""
    own = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    variables = {**own, **SAFE, **environment}
    return subprocess.run(
        command,
        env={name: value for name, value in variables.items() if value is not None},
        cwd=local.BASE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def load(**environment):
    """The message with which the settings end the process in this environment, or ""."""
    try:
        settings_in(**environment)
    except SystemExit as end:
        return str(end.code)
    return ""


def settings_in(**environment):
    """Loaded in this process, which takes a hundredth of the time of a new one."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            patch.delenv(name)
        for name, value in {**SAFE, **environment}.items():
            if value is not None:
                patch.setenv(name, value)
        return runpy.run_path(str(local.BASE / "clinics_site" / "settings.py"))


@pytest.mark.parametrize("name", STARTS)
@pytest.mark.walk
def test_no_process_starts_without_a_secret_key(name):
    done = run(STARTS[name], SECRET_KEY="")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "SECRET_KEY is a value that everyone can read, and ENVIRONMENT=production does not start so; "
        "`manage.py check --deploy` names everything that is missing.\n"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENVIRONMENT", ""),
        ("SECRET_KEY", "insecure-development-key-only"),
        ("SECRET_KEY", "only-for-trying-at-home"),
        ("SECRET_KEY", "x7" * 15),
        ("SECRET_KEY", "abc" * 30),
        ("AUDIT_KEY", ""),
        ("AUDIT_KEY", "short"),
        ("AUDIT_KEY", SAFE["SECRET_KEY"]),
        ("DEBUG", "true"),
        ("ALLOWED_HOSTS", "clinics.example.org,*"),
        ("EMAIL_BACKEND", ""),
        ("TIDEPOOL_REDOX_VERIFICATION_TOKEN", "only-for-trying-at-home"),
    ],
)
def test_an_unsafe_value_stops_the_start_with_its_name(name, value):
    message = load(**{name: value})
    assert message.startswith(f"{name} ")
    assert "\n" not in message


# By kind; every text is a text, a list and, but for `check --deploy`, an address.
WRONG = {
    "true/false": "maybe",
    "duration": "99999999999999d",
    "list of networks": "nonsense",
    "rate": "5/fortnight",
    "port": "65536",
}
OF_ANY_VALUE = ("text", "list", "address")
TYPED = [v for v in env.VARIABLES.values() if v.kind not in OF_ANY_VALUE]
NAMES = sorted(name for name in env.VARIABLES if not name.endswith("*"))
MISSING = "names a file that cannot be read: No such file or directory"
# They are not read by the settings, but by what the start of web loads.
OF_WEB = {
    *("CONNECTIONS_PER_ADDRESS", "HEALTH_PORT", "HOST", "METRICS_HOST", "METRICS_PORT", "PORT"),
    *("PROMETHEUS_MULTIPROC_DIR", "WEB_CONNECTIONS", "WEB_STUCK_SECONDS", "WEB_THREADS"),
    *("REQUEST_TIME_LIMIT", "WAITING_PER_CALLER", "WEB_WORKERS"),
}


def wrong_value(variable):
    is_number = variable.kind.startswith("number")
    return WRONG.get(variable.kind, "many" if is_number else "something else")


def starts():
    for variable in TYPED:
        message = f"{variable.name} must be of kind {variable.kind!r}"
        yield variable.name, {variable.name: wrong_value(variable)}, message
    for name in NAMES:
        yield name, {f"{name}_FILE": "/nonexistent"}, f"{name}_FILE {MISSING}"
    yield "ANYMAIL_*", {"ANYMAIL_TOKEN_FILE": "/nonexistent"}, f"ANYMAIL_TOKEN_FILE {MISSING}"


def first_of(start):
    return next(iter(start[1]))


def without(start):
    """A file is read where the variable itself is not set."""
    return {} if start[0] not in SAFE else {start[0]: None}


@pytest.mark.parametrize(
    "start", [start for start in starts() if start[0] not in OF_WEB], ids=first_of
)
def test_a_wrong_value_and_a_missing_file_stop_the_start_with_one_sentence(start):
    _, environment, message = start
    assert load(**{**without(start), **environment}) == message


@pytest.mark.parametrize("start", [start for start in starts() if start[0] in OF_WEB], ids=first_of)
@pytest.mark.walk
def test_so_do_those_that_only_web_reads(start):
    _, environment, message = start
    done = run(STARTS["web"], **environment)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{message}\n")


@pytest.mark.parametrize("name", STARTS)
@pytest.mark.walk
def test_every_process_says_nothing_but_that_sentence(name):
    done = run(STARTS[name], WEBHOOK_ALLOWED_NETWORKS="nonsense")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "WEBHOOK_ALLOWED_NETWORKS must be of kind 'list of networks'\n"


@pytest.mark.yardstick("W1")
@pytest.mark.parametrize("environment", ["production", "prd", "qa2", "Local", "int"])
def test_every_environment_except_local_and_test_is_guarded(environment):
    assert load(ENVIRONMENT=environment, SECRET_KEY="").startswith("SECRET_KEY is")


@pytest.mark.parametrize("environment", [None, "local", "test"])
def test_a_developers_machine_starts_without_settings(environment):
    assert load(ENVIRONMENT=environment, SECRET_KEY="", AUDIT_KEY="") == ""


@pytest.mark.parametrize(
    ("environment", "token", "are_open"),
    [
        ("local", "", True),
        ("test", "", True),
        ("local", "a token of the scraper's", False),
        ("production", "", False),
        ("Local", "", False),
        ("production", "a token of the scraper's", False),
    ],
)
def test_metrics_are_open_on_a_developers_machine_alone(environment, token, are_open):
    loaded = settings_in(ENVIRONMENT=environment, METRICS_TOKEN=token)
    assert loaded["METRICS_ARE_OPEN"] is are_open


@pytest.mark.yardstick("W1")
def test_a_safe_installation_starts():
    assert load() == ""
    assert run(SETTINGS).returncode == 0


def test_a_secret_can_be_read_from_a_file(tmp_path):
    (tmp_path / "key").write_text("x" * 99)
    done = run(SETTINGS, SECRET_KEY="", SECRET_KEY_FILE=str(tmp_path / "key"))
    assert done.stderr.startswith("SECRET_KEY repeats too few characters")


@pytest.mark.walk
def test_a_command_without_servers_ends_with_one_sentence():
    here = {"ENVIRONMENT": "local", "LOCAL_FOLDER": "/nowhere"}
    done = run([*MANAGE, "verify_audit"], **here)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("MongoDB does not answer at MONGODB_URI.")
    assert done.stderr.count("\n") == 1


@pytest.mark.yardstick("W1")
@pytest.mark.walk
def test_check_deploy_lists_missing_settings():
    """An empty AUDIT_KEY would be derived, an empty EMAIL_BACKEND print mails, empty ALLOWED_HOSTS be the default."""
    unsafe = {"SECRET_KEY": "", "AUDIT_KEY": "", "DEBUG": "true"}
    as_by_default = {"EMAIL_BACKEND": "", "ALLOWED_HOSTS": ""}
    done = run([*MANAGE, "check", "--deploy"], **unsafe, **as_by_default)
    assert done.returncode == 1
    assert "EMAIL_BACKEND would print mails" in done.stderr
    assert "ALLOWED_HOSTS names this machine alone" in done.stderr
    for name in (*unsafe, "TIDEPOOL_SHORELINE_CLIENT_ADDRESS", "CLIENT_ADDRESS_HEADER"):
        assert f") {name} is" in done.stderr
    assert run([*MANAGE, "check"], **unsafe).returncode == 1
    table = run([*MANAGE, "print_environment"], **unsafe)
    assert table.returncode == 0
    assert "| `SECRET_KEY` |" in table.stdout


@pytest.mark.yardstick("W1")
@pytest.mark.walk
def test_check_deploy_finds_nothing_in_a_safe_installation_and_something_in_another():
    """`make lint` runs it with every warning of Django's, too."""
    safe = deploy_check.environment()
    command = [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"]
    assert run(command, **safe).returncode == 0
    unsafe = run(command, **{**safe, "HTTPS": "false", "SSL_REDIRECT": "false"})
    assert unsafe.returncode == 1
    assert "HTTPS" in unsafe.stderr
