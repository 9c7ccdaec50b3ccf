"""`manage.py seed_patients`."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from clinics_site.core import db


def test_a_seed_that_was_used_before_is_one_sentence_without_records(clinic):
    wanted = ["--clinic", clinic["id"], "--count", "3", "--seed", "5"]
    call_command("seed_patients", *wanted)
    with pytest.raises(CommandError) as failure:
        call_command("seed_patients", *wanted)
    assert str(failure.value) == "people of seed 5 are in this clinic already: choose another seed"
    assert failure.value.__suppress_context__
    assert db.collection("patients").count_documents({}) == 3
