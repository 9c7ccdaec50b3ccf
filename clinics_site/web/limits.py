"""The limits of one web process for its clients."""

from clinics_site import env

THREADS = env.number(
    "WEB_THREADS", 4, at_least=1, help="requests that one web process works on at a time"
)
REQUEST_SECONDS = env.duration(
    "REQUEST_TIME_LIMIT",
    "20s",
    help="after this a request is answered 503, however many operations of MongoDB and neighbours it still needs",
).total_seconds()
# For operations that read whole clinics. They are heavy, so they cannot take every thread.
LONG_SECONDS = max(120.0, REQUEST_SECONDS)
CONNECTIONS = env.number(
    "WEB_CONNECTIONS", 2000, at_least=1, help="connections to one web process, idle ones included"
)
CONNECTIONS_PER_ADDRESS = env.number(
    "CONNECTIONS_PER_ADDRESS",
    200,
    at_least=1,
    help="of these from one address (IPv6: one /64 network); not counted where CLIENT_ADDRESS_HEADER is set",
)
WAITING_PER_CALLER = env.number(
    "WAITING_PER_CALLER",
    50,
    at_least=1,
    help="requests of one caller, or large ones about one clinic, that wait in one web process; more are answered 429",
)
WAITING = 10 * WAITING_PER_CALLER  # waiting requests of all callers
# Services call for many people, and do not try again after a 429.
WAITING_PER_SERVICE = WAITING // 2
# Requests whose answers wait for work elsewhere (kernel/waiting.py). They hold no thread, but a connection.
ANSWERED_LATER = 100
# A page of a thousand patients is mostly computation, and small requests of the same process have to wait for
# it.
HEAVY_THREADS = 1
LARGE_LIST = 100  # a list with a higher `limit` is heavy

MOST_HEAD_BYTES = 64 * 1024  # a session token may hold two access tokens
MOST_HEADERS = 100
MOST_PIPELINED = 16  # requests that a client sends without waiting for an answer
HEAD_SECONDS = 10.0
ARRIVAL_SECONDS = 1.0  # a younger connection is not closed to make room for others
IDLE_SECONDS = 30
CLOSING_SECONDS = 5.0

BODY_GRACE = 5.0  # seconds before the minimum rate applies
BODY_RATE = 1024  # bytes a second
BODY_SECONDS = 60.0
# A smaller body that arrives at once is read before the credential is checked.
SMALL_BODY = 64 * 1024
SMALL_BODY_SECONDS = 0.2
LINGER_SECONDS = 1.0  # after an answer to a request that was not read completely
# Each chunk, however short, costs the event loop two microseconds: 8 clients with chunks of one byte kept it
# busy.
MOST_PIECES = 1000
LEAST_PIECE = 64  # average bytes of a chunk, for a body in more pieces
BODY_MEMORY = 64 * 1024 * 1024  # for the bodies of all requests of one process

ANSWER_GRACE = 10.0
ANSWER_RATE = 16 * 1024
ANSWER_SECONDS = 120.0
ANSWER_MEMORY = 64 * 1024 * 1024  # for answers that wait for their clients
PIECE = 256 * 1024  # bytes of a long answer that are made at once
