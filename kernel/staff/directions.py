"""Staff pages show names without the characters that turn the direction of text.

Names that people type here lose them (`texts.name`), but other services store what they are given. One such character
would reverse the rest of a line, of a title or of an attribute. They are drawn as nothing, so a page without them shows
the same name. Letters that run from right to left by themselves stay; the style isolates them from their surroundings.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from kernel.texts import DIRECTIONS

_ENCODED = re.compile(b"|".join(character.encode() for character in DIRECTIONS))


class WithoutDirections:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if is_page and isinstance(response, HttpResponse):
            response.content = _ENCODED.sub(b"", response.content)
        return response
