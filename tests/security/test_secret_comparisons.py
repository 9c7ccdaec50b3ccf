"""Secrets are compared in constant time: no `==` on what is named like one, in any room."""

import ast
import re
from pathlib import Path

import pytest

from scripts import house, local

SECRET = re.compile(
    r"(^|_)(token|secret|signature|seal|mac|password|nonce|auth_hash|digest|recovery_code|api_key)s?$"
)
# What is compared with `==` all the same, and why its time tells no one anything.
CHAIN = "a digest that stands in the database beside what it seals; who measures could read it"
OWN = "both values are this process's own; nothing that came with a request is compared"
ALLOWED = {
    "kernel/audit_anchors.py: event.get('seal') == anchor.seal": CHAIN,
    "kernel/audit_check.py: event.get('previous') != self._seal": CHAIN,
    "kernel/audit_check.py: event.get('seal') != seal": CHAIN,
    "kernel/accesses/writing.py: bytes(row['seal']) == batch.seal": CHAIN,
    "kernel/accesses/checking.py: self._seal != bytes(head['seal'])": CHAIN,
    "kernel/accesses/checking.py: rows.seal(batch, self._records, self._seal, key) == bytes(batch['seal'])": CHAIN,
    "clinics_site/contradictions.py: bool(settings.EMAIL_HOST_USER) != bool(settings.EMAIL_HOST_PASSWORD)": OWN,
    "clinics_site/contradictions.py: secret == value": OWN,
    "users/clients/http/server_session.py: renewed == token": OWN,
    "users/clients/http/server_session.py: self._token == instead_of": OWN,
}


def comparisons(source):
    """Every `==` and `!=` with something that is named like a secret, except with nothing at all."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = [node.left, *node.comparators]
            is_with_nothing = any(
                isinstance(side, ast.Constant) and not side.value for side in sides
            )
            if not is_with_nothing and any(
                SECRET.search(name) for side in sides for name in names(side)
            ):
                yield ast.unparse(node)


def names(node):
    match node:
        case ast.Name():
            return [node.id.lower()]
        case ast.Attribute():
            return [node.attr.lower()]
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            return [key.lower()]
        case ast.Call():
            keys = [
                a.value.lower()
                for a in node.args
                if isinstance(a, ast.Constant) and isinstance(a.value, str)
            ]
            return [
                *keys,
                *names(node.func),
                *(name for argument in node.args for name in names(argument)),
            ]
    return []


@pytest.mark.yardstick("T1")
def test_no_secret_is_compared_in_a_time_that_depends_on_it():
    found = {
        f"{path.relative_to(local.BASE)}: {comparison}"
        for room in house.ROOMS
        for path in (local.BASE / room).rglob("*.py")
        for comparison in comparisons(path.read_text())
    }
    assert found == ALLOWED.keys(), "compare with kernel.shared_secrets or kernel.seals"


@pytest.mark.yardstick("T1")
@pytest.mark.parametrize(
    "source",
    [
        "sent == self.token",
        "secret != x['y']",
        "body['signature'] == mine",
        "d.get('api_key') == x",
    ],
)
def test_a_comparison_of_a_secret_would_be_found(source):
    assert list(comparisons(source))


@pytest.mark.yardstick("T1")
def test_what_a_webhook_sends_is_compared_in_constant_time():
    """Both webhooks and the metrics ask the one function that does."""
    for file in ("redox/services/webhook.py", "xealth/services/webhook.py", "kernel/metrics.py"):
        assert "shared_secrets.is_" in (Path(local.BASE) / file).read_text()
