"""The words of the apps are texts wherever they go: into MongoDB, into JSON, into comparisons."""

import json
from importlib import import_module

import bson
import orjson
from django.db.models import TextChoices

from scripts import local

MODULES = sorted(path.parent.name for path in local.BASE.glob("*/choices.py"))


def words():
    for name in MODULES:
        for member in vars(import_module(f"{name}.choices")).values():
            if isinstance(member, type) and issubclass(member, TextChoices):
                yield from member


def is_plain(word):
    stored = bson.decode(bson.encode({"word": word}))["word"]
    sent = orjson.dumps(word), json.dumps(word).encode()
    return (
        (type(stored), stored) == (str, word.value)
        and set(sent) == {json.dumps(word.value).encode()}
        and (f"{word}", hash(word)) == (word.value, hash(word.value))
    )


def test_words_are_stored_and_sent_as_plain_texts():
    all_words = list(words())
    assert len(all_words) > 60
    assert [word for word in all_words if not is_plain(word)] == []
