"""Variables of the wrong kind stop the start, and the sentence names the variable."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured

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
def test_a_value_of_the_wrong_kind_is_refused_by_its_name(read, value, monkeypatch):
    monkeypatch.setenv("NAME", value)
    with pytest.raises(ImproperlyConfigured, match=r"^NAME must be of kind"):
        read()


@pytest.mark.parametrize("value", ["5/hour", "10/15minutes", "2 per day"])
def test_rates_are_read_as_the_limiter_reads_them(value, monkeypatch):
    monkeypatch.setenv("NAME", value)
    assert env.rate("NAME", "1/hour", help="") == value


def test_what_decides_how_much_is_checked_is_no_default_when_it_is_set_to_nothing(monkeypatch):
    """With it an installation would be taken for a developer's machine."""
    monkeypatch.delenv("NAME", raising=False)
    assert env.literal("NAME", "local", help="") == "local"
    monkeypatch.setenv("NAME", "")
    assert env.literal("NAME", "local", help="") == ""
    problem = next(safeguards.problems(SimpleNamespace(ENVIRONMENT="")))
    assert problem == "ENVIRONMENT is set to nothing"
