"""The Confirmation API's own health endpoints."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from pymongo.errors import PyMongoError

from confirmations.api.viewsets import ok
from confirmations.services import texts
from kernel import db


def live(request: HttpRequest) -> HttpResponse:
    return ok()


def ready(request: HttpRequest) -> HttpResponse:
    try:
        db.client().admin.command("ping", maxTimeMS=1000)
    except PyMongoError:
        return JsonResponse({"code": 500, "reason": texts.NOT_CONNECTED}, status=500)
    return ok()
