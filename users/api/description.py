"""The description of the account routes, `/schema/accounts`: a document of its own, because these routes stand in for
the user service and are no part of the contract. It is written by hand, since they are few; tests hold it to the routes
and to what they answer (tests/contract/test_accounts_description.py).
"""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kernel.api import schema as s
from kernel.authn import HEADER

Part = dict[str, Any]
_TAG = "Accounts"
_ACCOUNT = s.obj(
    {
        "userid": s.string(description="User id: 10 hexadecimal digits or a UUID."),
        "username": s.string(description="The address to log in with; absent when there is none."),
        "emails": s.array(s.string(), description="Addresses; absent when there are none."),
        "roles": s.array(
            s.string(), description="`clinician`, `patient` or others; absent when there are none."
        ),
        "termsAccepted": s.string(
            description="When the owner accepted the terms; absent when never."
        ),
        "emailVerified": s.boolean(
            description="Whether the owner has proven the address; absent when unknown."
        ),
        "passwordExists": s.boolean(
            description="Whether the account can be logged in to. Only services see it."
        ),
    },
    required=["userid"],
    description="An account, without empty fields.",
)
_PROFILE = s.obj(
    {
        "fullName": s.string(description="Name of the owner; others see this alone."),
        "patient": s.obj(description="What is known of the owner as a patient."),
        "clinic": s.obj(description="What is known of the owner as a clinician."),
    },
    description="A profile. Absent parts were never set; a change replaces each part that it names.",
)
_FAILURE = s.obj(
    {
        "code": s.integer(description="The status of the answer."),
        "reason": s.string(description="The reason, in words."),
    },
    required=["code", "reason"],
    description="Every failure of the account routes has this form.",
)
_FAILURES = {
    400: "What was sent is incomplete or not valid.",
    401: "The credentials do not match, or the caller may not do this.",
    403: "The address of the account is not proven yet.",
    404: "There is no such account or profile.",
    413: "What was sent, or the profile with it, is too large.",
    429: "Too many tries, or too many requests. `Retry-After` says how many seconds to wait.",
    500: "An error of the service.",
    503: "The service cannot answer at this moment.",
}
_ALWAYS = (429, 500, 503)
_TOKEN_HEADER = {
    HEADER: {
        "description": "The token for all other requests.",
        "schema": {"type": "string"},
    }
}
_EXAMPLE_ACCOUNT = {
    "userid": "c0ffee1234",
    "username": "ben.member@example.org",
    "emails": ["ben.member@example.org"],
    "roles": ["clinician"],
    "emailVerified": True,
}
_EXAMPLE_PROFILE = {"fullName": "Maria Olsen", "patient": {"birthday": "1988-04-17"}}


def _ref(kind: str, name: str) -> Part:
    return {"$ref": f"#/components/{kind}/{name}"}


def _json(name: str, example: Any) -> Part:
    return {"application/json": {"schema": _ref("schemas", name), "example": example}}


_ACCOUNT_JSON, _PROFILE_JSON = (
    _json("Account", _EXAMPLE_ACCOUNT),
    _json("Profile", _EXAMPLE_PROFILE),
)


def _operation(
    name: str,
    words: tuple[str, str],
    *,
    content: Part | None = None,
    failures: tuple[int, ...],
    **rest: Any,
) -> Part:
    """`words`: summary and description."""
    answer: Part = {"description": "Done.", **({"content": content} if content else {})}
    if rest.pop("gives_token", False):
        answer["headers"] = _TOKEN_HEADER
    listed = {
        str(status): _ref("responses", f"Failure{status}") for status in (*failures, *_ALWAYS)
    }
    return {
        "operationId": name,
        "tags": [_TAG],
        "summary": words[0],
        "description": words[1],
        "responses": {"200": answer, **dict(sorted(listed.items()))},
        **rest,
    }


def _parameter(place: str, name: str, words: str) -> Part:
    required = {"in": place, "name": name, "required": True}
    return {**required, "description": words, "schema": {"type": "string"}}


_OWNER = [_parameter("path", "user_id", "User id of the account.")]
_BY_ADDRESS = [_parameter("path", "user_id", "User id or e-mail address of the account.")]
_SERVER = [
    _parameter("header", "x-tidepool-server-name", "What the service calls itself."),
    _parameter("header", "x-tidepool-server-secret", "The secret that services share."),
]


def _update(name: str, words: str) -> Part:
    return _operation(
        name,
        (
            words,
            "Each part that the body names replaces that part. For the owner, custodians and services.",
        ),
        content=_PROFILE_JSON,
        failures=(400, 401, 413),
        parameters=_OWNER,
        requestBody={"required": True, "content": _PROFILE_JSON},
    )


PATHS: Part = {
    "/auth/login": {
        "post": _operation(
            "LogIn",
            (
                "Log in with address and password",
                f"HTTP Basic. The answer's header `{HEADER}` holds the token, valid for seven days.",
            ),
            content=_ACCOUNT_JSON,
            failures=(400, 401, 403),
            gives_token=True,
            security=[{"basic": []}],
        ),
        "get": _operation(
            "RenewToken",
            ("Renew a token", "The token stays the same, and is valid for seven days from now."),
            content=_ACCOUNT_JSON,
            failures=(401,),
            gives_token=True,
        ),
    },
    "/auth/logout": {
        "post": _operation(
            "LogOut",
            ("Log out", "The token ends at once. 200 for unknown tokens, too."),
            failures=(),
        )
    },
    "/auth/serverlogin": {
        "post": _operation(
            "LogInServer",
            (
                "Log in as a service",
                f"The answer's header `{HEADER}` holds a token that acts as a service.",
            ),
            failures=(400, 401),
            gives_token=True,
            parameters=_SERVER,
            security=[],
        )
    },
    "/auth/user": {
        "get": _operation(
            "GetOwnAccount",
            ("Who am I?", "The account that the token belongs to."),
            content=_ACCOUNT_JSON,
            failures=(401, 404),
        )
    },
    "/auth/user/{user_id}": {
        "get": _operation(
            "GetAccount",
            (
                "Look an account up",
                "Services see every account, people their own and those in their custody.",
            ),
            content=_ACCOUNT_JSON,
            failures=(401, 404),
            parameters=_BY_ADDRESS,
        )
    },
    "/metadata/{user_id}/profile": {
        "get": _operation(
            "GetProfile",
            ("Get a profile", "Callers to whom the owner has granted nothing see the name alone."),
            content=_PROFILE_JSON,
            failures=(401, 404),
            parameters=_OWNER,
        ),
        "put": _update("UpdateProfile", "Change a profile"),
        "post": _update("ChangeProfile", "Change a profile (as clients of the user service do)"),
    },
}


def _failure(status: int) -> Part:
    example = {"code": status, "reason": _FAILURES[status].split(".")[0]}
    return {"description": _FAILURES[status], "content": _json("Failure", example)}


DESCRIPTION: Part = {
    "openapi": "3.1.0",
    "info": {
        "title": "Accounts",
        "version": "1.0",
        "description": "Log-in, accounts and profiles of the embedded account service, for trying the clinic service "
        "and for small installations. Where a user service is configured it has these routes, and this service has "
        "not. What is done with the token is described at `/schema`.",
        "license": {"name": "BSD-2-Clause", "identifier": "BSD-2-Clause"},
    },
    "servers": [{"url": "/", "description": "The service that this description was read from."}],
    "tags": [{"name": _TAG, "description": "Log in, and read and change accounts."}],
    "security": [{"sessionToken": []}],
    "paths": PATHS,
    "components": {
        "schemas": {"Account": _ACCOUNT, "Profile": _PROFILE, "Failure": _FAILURE},
        "responses": {f"Failure{status}": _failure(status) for status in _FAILURES},
        "securitySchemes": {
            "sessionToken": {"type": "apiKey", "in": "header", "name": HEADER},
            "basic": {"type": "http", "scheme": "basic"},
        },
    },
}
_RENDERED = orjson.dumps(DESCRIPTION, option=orjson.OPT_INDENT_2)


@require_safe
def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_RENDERED, content_type="application/json")
