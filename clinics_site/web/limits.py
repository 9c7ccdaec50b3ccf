"""What one web process grants to its clients."""

from clinics_site import env

THREADS = env.number(
    "WEB_THREADS", 4, at_least=1, help="requests that one web process works on at a time"
)
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
WAITING = 10 * WAITING_PER_CALLER  # requests of all callers
WAITING_PER_SERVICE = (
    WAITING // 2
)  # services call for many people, and do not try again after a 429
# A page of a thousand patients is mostly computing, which the small requests of the same process wait for.
HEAVY_THREADS = 1
LARGE_LIST = 100  # a list with a higher `limit` is heavy

MOST_HEAD_BYTES = 64 * 1024  # a session token may hold two access tokens
MOST_HEADERS = 100
MOST_PIPELINED = 16  # requests that a client sends without waiting for an answer
HEAD_SECONDS = 10.0
ARRIVAL_SECONDS = 1.0  # a connection that came since does not make room for others
IDLE_SECONDS = 30
CLOSING_SECONDS = 5.0

BODY_GRACE = 5.0  # seconds until the least rate counts
BODY_RATE = 1024  # bytes a second
BODY_SECONDS = 60.0
SMALL_BODY = (
    64 * 1024
)  # a smaller one that comes at once is read before anyone asks for a credential
SMALL_BODY_SECONDS = 0.2
LINGER_SECONDS = 1.0  # after an answer to a request that was not read to its end
# Each chunk costs the event loop two microseconds, however short: with a byte in each, 8 clients kept it busy.
MOST_PIECES = 1000
LEAST_PIECE = 64  # bytes, on the average, of what comes in more
BODY_MEMORY = 64 * 1024 * 1024  # of all requests of one process

ANSWER_GRACE = 10.0
ANSWER_RATE = 16 * 1024
ANSWER_SECONDS = 120.0
ANSWER_MEMORY = 64 * 1024 * 1024  # of answers that wait for their clients
PIECE = 256 * 1024  # of a long answer, made in one go
