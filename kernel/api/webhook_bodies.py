"""Bodies of webhooks. Their senders follow descriptions of their own, so none of ours is enforced here."""

from django.http import HttpRequest

from kernel.errors import UnsupportedMediaType

_JSON = "application/json"
# They bind to nothing: such a body counts as empty.
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "application/xml", "text/xml")


def holds_json(request: HttpRequest, raw: bytes) -> bool:
    """False for an empty body, a form and XML. Raises UnsupportedMediaType for any other content type."""
    if not raw or request.content_type in _FORMS:
        return False
    if request.content_type != _JSON:
        raise UnsupportedMediaType(message="Unsupported Media Type")
    return True
