"""Every collection says how long its documents stay (docs/data-model.md), and what it says holds."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings

from clinics_site.celery import app
from kernel import collections, indexes, lives
from kernel.stored_models import described_models, shape_of
from patients import kept

MODELS = {model._meta.db_table: model for model in described_models()}
LIVES = {name: model.life for name, model in MODELS.items() if model.life}
BASE = Path(settings.BASE_DIR)
APPS = [path.parent for path in BASE.glob("*/models.py")]
_NAMED = re.compile(r'COLLECTION(?:, [A-Z_]+)* = "(\w+)"|(?<!\w)collection\("(\w+)"\)')


def named_in_code():
    """Collections that a store names by a constant or in a query."""
    sources = (path.read_text() for app in APPS for path in app.rglob("*.py"))
    return {a or b for source in sources for a, b in _NAMED.findall(source)}


def test_every_collection_that_the_code_names_has_a_life():
    named = named_in_code() | set(indexes.DECLARED) | set(collections.DECLARED) | set(MODELS)
    without = named - set(LIVES) - {kept.COUNTS_WITHOUT_VERSION}
    assert {name for name in without if not name.startswith(("auth_", "django_"))} == set()
    assert len(named_in_code()) > 30


def expiring():
    return {name: life for name, life in LIVES.items() if life.index}


def ttl_indexes():
    return {
        (name, model.document["name"]): model.document
        for name, models in indexes.DECLARED.items()
        for model in models
        if "expireAfterSeconds" in model.document
    }


def test_what_expires_has_the_index_that_it_names_and_nothing_else_expires():
    stated = {(name, life.index) for name, life in expiring().items()}
    of_some = {("confirmations", "ConfirmationNoAccountCleanup")}
    assert set(ttl_indexes()) == stated | of_some


@pytest.mark.parametrize("place", sorted(ttl_indexes()), ids=".".join)
def test_an_index_that_removes_documents_is_of_a_time(place):
    """MongoDB removes nothing by another type."""
    (field,) = ttl_indexes()[place]["key"]
    assert shape_of(MODELS[place[0]])[field] is datetime


@pytest.mark.parametrize("name", [name for name, life in LIVES.items() if life.task])
def test_what_a_task_removes_is_scheduled(name):
    app.loader.import_default_modules()
    task = LIVES[name].task
    assert settings.CELERY_BEAT_SCHEDULE[task]["task"] in app.tasks


@pytest.mark.parametrize("name", [name for name, life in LIVES.items() if life.variable])
def test_a_life_that_can_be_set_names_a_documented_variable(name):
    page = (BASE / "docs" / "configuration.md").read_text()
    assert f"`{LIVES[name].variable}`" in page


@pytest.mark.parametrize("name", [n for n, model in MODELS.items() if model.is_shared])
def test_shared_documents_are_removed_only_as_the_other_service_does_or_as_deployments_ask(name):
    """docs/behaviour: it removes scheduled sends after 90 days. Messages go where the operator has set a number."""
    removes = LIVES[name].index or LIVES[name].task
    assert not removes or name in ("scheduledSummaryAndReportsOrders", "redox")
    assert settings.REDOX["keep_messages_days"] == 0
    assert lives.seconds_of("scheduledSummaryAndReportsOrders", LIVES[name].index) in (
        None,
        7776000,
    )


def test_words():
    assert lives.in_words("outbox", LIVES["outbox"]).startswith("30 days after it was delivered")
    assert lives.in_words("accountTokens", LIVES["accountTokens"]).startswith("until it expires (")
    assert "forever, because" in lives.in_words("auditEvents", LIVES["auditEvents"])
