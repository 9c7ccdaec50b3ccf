"""Print what is stored, as the models describe it, for docs/data-model.md."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from bson import ObjectId
from django.core.management.base import BaseCommand

from kernel import lives
from kernel.safe_reading import ANY, Shape
from kernel.stored_models import StoredDocument, described_models, shape_of_field

Model = type[StoredDocument]
WORDS: dict[Any, str] = {
    ObjectId: "ObjectId",
    bool: "true/false",
    bytes: "bytes",
    datetime: "time",
    dict: "object",
    float: "number",
    int: "whole number",
    object: "any",
    str: "text",
}


class Command(BaseCommand):
    help = "Print the collections and their fields as Markdown."

    def handle(self, *_args: Any, **_options: Any) -> None:
        models = sorted(described_models(), key=lambda model: model._meta.db_table.lower())
        shared = [model for model in models if model.is_shared]
        own = [model for model in models if not model.is_shared]
        lines = [
            *("## Shared with other systems", "", *_overview(shared), ""),
            *("## This service's own", "", *_overview(own), ""),
            *("## Fields", ""),
            *(line for model in [*shared, *own] for line in _fields(model)),
        ]
        self.stdout.write("\n".join(lines))


def _overview(models: Iterable[Model]) -> Iterator[str]:
    yield from ("| collection | a document is | it stays |", "|---|---|---|")
    for model in models:
        name = model._meta.db_table
        life = lives.in_words(name, model.life) if model.life else ""
        yield f"| [`{name}`](#{name.lower()}) | {' '.join((model.__doc__ or '').split())} | {life} |"


def _fields(model: Model) -> Iterator[str]:
    yield from (f"### {model._meta.db_table}", "", "| field | holds | meaning |", "|---|---|---|")
    for field in model._meta.concrete_fields:
        yield f"| `{field.column}` | {_in_words(shape_of_field(field))} | {_meaning(field)} |"
    yield ""


def _meaning(field: Any) -> str:
    values = ", ".join(f"`{value}`" for value, _ in field.choices or ())
    return f"{field.help_text}: {values}" if values else str(field.help_text)


def _in_words(shape: Shape) -> str:
    if isinstance(shape, list):
        return f"list of {_in_words(shape[0])}"
    if isinstance(shape, dict):
        members = (f"{_name(name)}: {_in_words(inner)}" for name, inner in shape.items())
        return f"{{{', '.join(members)}}}"
    return WORDS[shape]


def _name(name: str) -> str:
    return "…" if name == ANY else f"`{name}`"
