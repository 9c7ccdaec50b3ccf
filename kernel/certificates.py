"""Which certificates outgoing calls trust: the same for all of them, read once by each process."""

import ssl
from functools import cache

import httpx2


@cache
def trusted() -> ssl.SSLContext:
    """Those of the library, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name instead: the operator's own authority."""
    return httpx2.create_ssl_context()
