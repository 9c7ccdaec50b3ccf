"""Lists in a query. The service takes them separated by commas, and refuses a parameter that comes twice, as the
generated functions would send it."""

from __future__ import annotations

import httpx


def join(request: httpx.Request) -> None:
    """`tags=a&tags=b` becomes `tags=a,b`."""
    names = list(request.url.params)
    pairs = request.url.params.multi_items()
    if len(pairs) == len(names):
        return
    joined = {name: ",".join(request.url.params.get_list(name)) for name in names}
    request.url = request.url.copy_with(params=joined)
