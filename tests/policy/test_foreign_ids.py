"""An id of another clinic or person, in path, query or body of any operation, is answered like one that no one has, and
nothing of the other clinic is shown or changed. Every place is tried by itself, and all of them together; `make fuzz`
tries other combinations, and ids of other kinds.
"""

import re

import pytest

from tests.cast import described_operations
from tests.policy.foreign_ids import (
    CASES,
    foreign,  # noqa: F401 (a fixture, as are the next two)
    own,  # noqa: F401
    strange_places,
    two_clinics,  # noqa: F401
    values_of,
)

# The world has nothing that these could answer with or change.
REFUSED = {
    *(
        "SetConnectionIssueHidden",
        "GetSentInvitations",
        "ListClinicianInvites",
        "ResendCareTeamInvite",
        "CancelInvite",
    ),
    *(
        "GetMigration",
        "TriggerInitialMigration",
        "SendClinicShareInvite",
        "GetMRNSettings",
        "DeleteClinic",
    ),
    *(
        "GetEHRSettings",
        "AcceptClinicianInvite",
        "GetAccountSignupConfirmation",
    ),
    "DeletePatientReviews",
    "ExportPatientList",
    # Not served unless BULK_CREATION is set.
    *("BulkCreatePatients", "ListBulkCreations", "GetBulkCreation", "FetchBulkCreation"),
}

pytestmark = pytest.mark.yardstick("Z3")


def test_every_value_that_is_called_an_id_is_tried():
    """But those of other systems, for instance of Redox."""
    called_so = {
        place.word
        for name in described_operations()
        for place in values_of(name)
        if not place.form and re.search("(^id|Id|_id|_token|^key)$", place.word)
    }
    assert called_so == {
        *("client_id", "dataSourceId", "documentId", "providerId", "restricted_token", "sourceId")
    }


@pytest.mark.parametrize(("caller", "name"), CASES)
def test_an_id_of_another_clinic_anywhere_is_answered_like_one_of_no_one(two_clinics, caller, name):  # noqa: F811
    answer = two_clinics.ask(caller, name, {})
    assert (answer.status < 300) == (name not in REFUSED), answer.text

    places = strange_places(caller, name)
    ids = {place: two_clinics.foreign_ids(place)[0] for place in places}
    for place, id_ in ids.items():
        two_clinics.compare(caller, name, {place: id_})
    if len(places) > 1:
        two_clinics.compare(caller, name, ids)
