"""What the service guarantees about reliability and security, row by row: the table behind docs/yardsticks.md.

A test that shows a row carries `@pytest.mark.yardstick("A1")`. A row without such a test says why in `missing`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Yardstick:
    """`besides`: what shows it besides tests with the mark. `missing` says what of the guarantee nothing shows, and why;
    empty where all of it is shown."""

    id: str
    guarantee: str
    missing: str = ""
    besides: str = ""


GROUPS: dict[str, tuple[Yardstick, ...]] = {
    "Audit": (
        Yardstick(
            "A1",
            "Each access to a patient's data leaves one record that says who did what, where, when, in which "
            "request and with which outcome: every operation, refused ones, staff pages, background work. Where is the "
            "clinic; the caller's address is left out, which behind proxies says little and is a person's data itself.",
        ),
        Yardstick(
            "A2",
            "The audit trail and the records of accesses hold ids and names of fields, never a value of a patient.",
        ),
        Yardstick(
            "A3",
            "Both are sealed chains under a key that the database does not hold, with an anchor outside their "
            "collection; a changed, removed or moved row is named. They can be kept by a database user who may "
            "neither update nor delete them.",
        ),
        Yardstick(
            "A4",
            "What cannot be recorded is not done: the answer is 503, and nothing has changed.",
        ),
        Yardstick(
            "A5",
            "Records of accesses are kept for six years, then end by themselves (decision 0020); events of the audit trail "
            "do not end. Both outlive the clinics and accounts that they name.",
        ),
    ),
    "Patients' data": (
        Yardstick(
            "P1",
            "Logs, metrics, traces, broker, cache keys, addresses of outgoing calls, subjects of mails and bodies of errors "
            "hold nothing of a patient.",
            missing="A look-up of an account by its mail address has the address in the path of the call (rule "
            "ACCOUNT-156). The user service has no other call for that: `GET /user/{id or address}` is the only one that "
            "takes an address; its other look-ups take ids or roles. What this service writes of the call names the "
            "service alone.",
        ),
        Yardstick(
            "P2", "The line of a request names operation and ids: no query, no path, no user agent."
        ),
        Yardstick("P3", "A report of a crash holds neither local variables nor bodies."),
    ),
    "Authentication and tokens": (
        Yardstick(
            "T1",
            "Secrets are compared in constant time; what is looked up is looked up by its hash, but for keys of "
            "confirmations (T2).",
        ),
        Yardstick(
            "T2",
            "Keys of links and invitations are random and long, expire, are bound to clinic and address, and serve "
            "once, also under parallel use. A confirmation's key is its id, which other services on the database read.",
        ),
        Yardstick(
            "T3",
            "Tokens are remembered by hash, for a minute at most, refused ones not at all; a revoked one ends in "
            "that time.",
        ),
        Yardstick(
            "T4",
            "Without the user service the answer is 503 within 1.5 seconds, and never a permission.",
        ),
        Yardstick(
            "T5",
            "A webhook's token is checked before its body is read; two tokens hold while one replaces the other; "
            "bodies are bounded; one message sent ten times at once is stored once.",
        ),
        Yardstick(
            "T6",
            "Signed tokens: the algorithm is pinned, and issuer, audience and times are checked.",
            missing="Tokens of callers are judged by the user service; only those of the identity provider of staff are signed.",
        ),
    ),
    "Authorisation": (
        Yardstick("Z1", "An operation without a rule stops the start."),
        Yardstick("Z2", "One table says for every operation and caller what becomes of the call."),
        Yardstick(
            "Z3",
            "An id of another clinic in path, query or body is answered as one that does not exist, in body, headers "
            "and about the same time.",
            besides="Time is compared as work, because seconds depend on what else a machine does: commands to the database, "
            "of which there may be two more, and calls of Python functions, of which there may be a quarter more.",
        ),
        Yardstick(
            "Z4",
            "What a body may not set is refused or ignored: no unknown or read-only field is stored.",
        ),
    ),
    "Abuse": (
        Yardstick(
            "L1",
            "Limits by token, address, key and login hold exactly under parallel requests; 429 says when.",
        ),
        Yardstick(
            "L2",
            "Without Redis reads go on, and logins and invitations are as limited as documented.",
        ),
        Yardstick(
            "L3",
            "Bodies, nesting, lists, patterns and pages are bounded, and slow clients are cut off.",
        ),
        Yardstick(
            "L4", "No pattern takes long, and no operator of the database comes in through a value."
        ),
    ),
    "Consistency": (
        Yardstick(
            "C1",
            "Parallel changes of one record all survive, or one of them is told of the conflict.",
        ),
        Yardstick("C2", "What is unique stays so when several create it at once."),
        Yardstick(
            "C3",
            "A change of several documents happens as a whole or not at all.",
        ),
        Yardstick(
            "C4",
            "Conflicting transactions are repeated, then reported as 409 or 503, never as 500.",
        ),
        Yardstick(
            "C5",
            "A repeated request with the same key has one effect.",
            missing="There are no idempotency keys: the contract has none, and the clients that are served send none. What must not happen twice is found by what it is about (C2, T2, T5).",
        ),
    ),
    "Delivery": (
        Yardstick(
            "D1",
            "An event is stored if, and only if, its change was committed.",
        ),
        Yardstick(
            "D2",
            "Work is delivered at least once and takes effect once.",
        ),
        Yardstick(
            "D3",
            "The work of a killed process goes on elsewhere within a known time.",
        ),
        Yardstick(
            "D4",
            "Repetitions wait longer each time and end as a parked row with a reason; it can be started again, once; "
            "order holds for each key.",
        ),
        Yardstick(
            "D5", "An unreadable message blocks no other, and what is stored is acknowledged."
        ),
        Yardstick("D6", "Depth, age and parked rows are metrics, with alert rules."),
    ),
    "Availability": (
        Yardstick(
            "V1",
            "When the primary of the database dies, no acknowledged write is lost.",
        ),
        Yardstick(
            "V2",
            "A slow, hanging or dead neighbour costs a bounded time: `/ready` says so, `/live` stays, and all recovers "
            "by itself.",
        ),
        Yardstick(
            "V3",
            "A stop under load drops no request and loses no work.",
        ),
        Yardstick(
            "V4",
            "Migrations and indexes can be repeated, and run while the previous release serves.",
        ),
        Yardstick("V5", "A backup can be restored, and its audit trail still agrees."),
        Yardstick("V6", "An hour of mixed load leaves memory, queues and open files flat."),
    ),
    "Web and supply chain": (
        Yardstick(
            "W1",
            "`check --deploy` finds nothing; headers and cookies are strict; no version is told.",
        ),
        Yardstick(
            "W2",
            "Staff pages ask for a second factor, end idle sessions, ask for a reason where it matters, and record all.",
        ),
        Yardstick(
            "W3",
            "Dependencies are pinned with hashes, without known vulnerability, under known licences.",
        ),
        Yardstick(
            "W4",
            "Every operation, and every status that it documents, is reached by a test.",
            besides="The comparison of what is documented with what was reached is made at the end of each run of all "
            "tests. `.ci/run` fails for what is missing.",
        ),
        Yardstick(
            "W5",
            "Hot requests stay within their budgets of time, memory and queries.",
            besides="Seconds depend on the machine, so tests count what they come from. `make bench` measures them, and "
            "`make bench-compare` compares two results.",
        ),
    ),
}
