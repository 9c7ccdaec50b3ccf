"""What request validation leaves alone (behaviour note auth, 2.2)."""

import pytest

from clinics_site.core.api import schema as s
from clinics_site.core.api import validation


def test_email_addresses_are_not_checked():
    assert validation.is_valid(s.string(format="email"), "not an address")


@pytest.mark.parametrize("text", ["2012-02-31", "2012", ""])
def test_dates_are_checked(text):
    assert not validation.is_valid(s.string(format="date"), text)


def test_a_required_property_with_a_default_may_be_missing_from_a_request():
    schema = s.obj({"type": s.string(default="preset")}, required=["type"])
    assert validation.is_valid(schema, {})
    assert not validation.is_valid(schema, {}, of_request=False)
