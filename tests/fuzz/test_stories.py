"""Stories of several requests: what one makes, the next ones change, read, share and remove, as any caller."""

from hypothesis import given
from hypothesis import strategies as st

from tests import following
from tests.cast import described_operations
from tests.fuzz.callers import CALLERS
from tests.fuzz.requests import OPERATIONS, query_of, raw_body, valid
from tests.fuzz.rounds import limits, search

# operation -> the parameter of other paths that the named property of its answer is for
LINKS = {
    "CreateClinic": ("clinicId", "id"),
    "CreatePatientAccount": ("patientId", "id"),
    "CreatePatientFromUser": ("patientId", "id"),
    "CreatePatientTag": ("patientTagId", "id"),
    "CreateSite": ("siteId", "id"),
    "InviteClinician": ("inviteId", "inviteId"),
    "SendClinicShareInvite": ("inviteId", "key"),
    "SendCareTeamInvite": ("inviteId", "key"),
    "CreateClinician": ("clinicianId", "id"),
}
STEPS = 8


def takers(parameter):
    return [
        name for name, (_, path, _) in described_operations().items() if f"{{{parameter}}}" in path
    ]


# More often a maker, or an operation that takes what one has made, than any other.
NEXT = st.one_of(
    st.sampled_from(sorted(LINKS)),
    st.sampled_from(sorted({parameter for parameter, _ in LINKS.values()})).flatmap(
        lambda parameter: st.sampled_from(takers(parameter))
    ),
    st.sampled_from(OPERATIONS),
)
# The first three may do most.
CALLER = st.sampled_from(CALLERS[:3]) | st.sampled_from(CALLERS)


def learn(made, name, answer):
    if name in LINKS and answer.status_code == 200:
        parameter, property_name = LINKS[name]
        made[parameter] = answer.json()[property_name]


def test_what_one_request_makes_the_next_ones_use(callers):
    @limits(2)
    @given(st.data())
    def tell(data):
        callers.begin_again()
        made = {}
        for _ in range(data.draw(st.integers(2, STEPS))):
            caller, name = data.draw(CALLER), data.draw(NEXT)
            case = data.draw(valid(name))
            answer = callers.send(caller, name, raw=raw_body(case), query=query_of(case), **made)
            learn(made, name, answer)
        assert following.differences() == []

    search(tell, tell, share=0.12)
    callers.begin_again()
