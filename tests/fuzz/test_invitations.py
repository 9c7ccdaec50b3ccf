"""The life of a clinician's invitation in any order of requests: what is answered, who is a member and who is invited
agree with a model of a few lines."""

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.cast import make_person
from tests.fuzz.rounds import limits, search
from tests.replay import replayed

GUESTS = ("Eve Guest", "Fay Guest", "Gus Guest")
ROLES = st.sampled_from((["CLINIC_MEMBER"], ["CLINIC_ADMIN"], ["CLINIC_ADMIN", "PRESCRIBER"]))
GUEST = st.sampled_from(GUESTS)
NO_KEY = "no-such-invite"


class Invitations(RuleBasedStateMachine):
    """Ada invites three people; `keys` of those who are invited, `members` who have accepted."""

    callers = ada = clinic_id = None  # set by the test

    @initialize()
    def begin(self):
        self.callers.begin_again()
        self.people = {name: replayed(name, lambda name=name: make_person(name)) for name in GUESTS}
        self.keys, self.old_keys, self.accepted, self.members = {}, {}, set(), set()

    def ask_ada(self, method, path, body=None):
        return self.ada.request(method, f"/v1/clinics/{self.clinic_id}/{path}", body)

    def ask_guest(self, method, name):
        person = self.people[name]
        path = f"/v1/clinicians/{person.user_id}/invites/{self.key_of(name)}"
        return person.api.request(method, path)

    def key_of(self, name):
        return self.keys.get(name) or self.old_keys.get(name, NO_KEY)

    def expect(self, answer, *, succeeds):
        assert answer.status_code < 500, answer.content
        assert (answer.status_code == 200) == succeeds, (answer.status_code, answer.content)

    def forget_key(self, name):
        self.old_keys[name] = self.keys.pop(name)

    @rule(name=GUEST, roles=ROLES)
    def invite(self, name, roles):
        is_new = name not in self.keys and name not in self.members
        body = {"email": self.people[name].email.upper(), "roles": roles}
        answer = self.ask_ada("post", "invites/clinicians", body)
        self.expect(answer, succeeds=is_new)
        if is_new:
            self.keys[name] = answer.json()["inviteId"]

    @rule(name=GUEST)
    def send_again(self, name):
        answer = self.ask_ada("patch", f"invites/clinicians/{self.key_of(name)}")
        self.expect(answer, succeeds=name in self.keys)

    @rule(name=GUEST)
    def accept(self, name):
        is_invited = name in self.keys
        self.expect(self.ask_guest("put", name), succeeds=is_invited)
        if is_invited:
            self.accepted.add(self.keys[name])
            self.forget_key(name)
            self.members.add(name)

    @rule(name=GUEST)
    def dismiss(self, name):
        """Also done where there is nothing to dismiss (rule CONFIRM-67)."""
        self.expect(self.ask_guest("delete", name), succeeds=True)
        if name in self.keys:
            self.forget_key(name)

    @rule(name=GUEST)
    def cancel(self, name):
        """Also done where there is nothing to cancel (rules CONFIRM-56 and CONFIRM-57)."""
        key = self.key_of(name)
        answer = self.ask_ada("delete", f"invites/clinicians/{key}")
        self.expect(answer, succeeds=key not in self.accepted)
        if name in self.keys:
            self.forget_key(name)

    @rule(name=GUEST)
    def remove(self, name):
        is_member = name in self.members
        answer = self.ask_ada("delete", f"clinicians/{self.people[name].user_id}")
        self.expect(answer, succeeds=is_member)
        self.members.discard(name)

    @rule(thief=GUEST, name=GUEST)
    def accept_as_another(self, thief, name):
        if thief != name:
            person = self.people[thief]
            path = f"/v1/clinicians/{person.user_id}/invites/{self.key_of(name)}"
            self.expect(person.api.put(path), succeeds=False)

    @invariant()
    def lists_agree(self):
        if not hasattr(self, "people"):
            return
        listed = self.ask_ada("get", "clinicians?limit=100").json()
        invited = {one["inviteId"] for one in listed if not one.get("id")}
        members = {one["id"] for one in listed if one.get("id")}
        assert invited == set(self.keys.values())
        guests = {person.user_id: name for name, person in self.people.items()}
        assert {guests[user_id] for user_id in members & guests.keys()} == self.members


def test_any_order_of_requests_agrees_with_the_model(callers, ada, clinic):
    Invitations.callers, Invitations.ada, Invitations.clinic_id = callers, ada.api, clinic["id"]

    def play():
        run_state_machine_as_test(Invitations, settings=limits())

    search(Invitations, play, share=0.04)
    callers.begin_again()
