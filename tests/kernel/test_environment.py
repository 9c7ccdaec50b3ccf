"""Variables of the wrong kind stop the start, and the message names the variable."""

from types import SimpleNamespace

import pytest

from clinics_site import env, safeguards


@pytest.fixture(autouse=True)
def own_registry(monkeypatch):
    monkeypatch.setattr(env, "VARIABLES", {})


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: env.rate("NAME", "5/hour", help=""), "lots"),
        (lambda: env.rate("NAME", "5/hour", help=""), "5/fortnight"),
        (lambda: env.number("NAME", 4, at_least=1, help=""), "0"),
        (lambda: env.number("NAME", 4, help=""), "-1"),
        (lambda: env.number("NAME", 4, help=""), "four"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_the_name_of_its_variable(
    read, value, monkeypatch
):
    monkeypatch.setenv("NAME", value)
    with pytest.raises(SystemExit, match=r"^NAME must be of kind"):
        read()


@pytest.mark.parametrize("value", ["5/hour", "10/15minutes", "2 per day"])
def test_rates_are_read_as_the_limiter_reads_them(value, monkeypatch):
    monkeypatch.setenv("NAME", value)
    assert env.rate("NAME", "1/hour", help="") == value


def test_an_empty_environment_name_does_not_fall_back_to_local(monkeypatch):
    """With the default an installation would be taken for a developer's machine."""
    monkeypatch.delenv("NAME", raising=False)
    assert env.literal("NAME", "local", help="") == "local"
    monkeypatch.setenv("NAME", "")
    assert env.literal("NAME", "local", help="") == ""
    problem = next(safeguards.problems(SimpleNamespace(ENVIRONMENT="")))
    assert problem == "ENVIRONMENT is set to nothing"
