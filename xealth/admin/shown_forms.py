"""A form of a pre-order as the clinician saw it: what its data file describes, with what was entered, to be read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kernel import safe_reading
from xealth.representation import forms
from xealth.services.staff_reads import Submission

TAGS = "tags"


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """`kind`: `text`, `box` or `choices`."""

    kind: str
    name: str
    title: str
    text: str
    help: str
    value: Any = None
    choices: Sequence[Choice] = ()


@dataclass(frozen=True, slots=True)
class ShownForm:
    title: str
    description: str
    fields: Sequence[Field]


def show(submission: Submission) -> ShownForm:
    form = forms.fill(submission.form, full_name=submission.full_name, tags=submission.tags)
    schema, look = form["formSchema"], form["uiSchema"]
    fields = [
        field
        for name in look["ui:order"]
        for field in _fields_of(schema, name, look.get(name, {}), submission)
    ]
    return ShownForm(schema["title"], schema["description"], fields)


def _fields_of(
    schema: Mapping[str, Any], name: str, look: Mapping[str, Any], submission: Submission
) -> Iterator[Field]:
    part = schema["properties"][name]
    if name == TAGS:
        title = part["properties"]["ids"]["title"]
        choices = _tag_choices(schema["definitions"][TAGS], submission.chosen_tags)
        if choices:
            yield Field("choices", name, title, "", "", choices=choices)
        return
    for property_name, description in _properties(part, submission.data):
        yield _field(property_name, description, look.get(property_name, {}), submission.data)


def _properties(
    part: Mapping[str, Any], data: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Some fields are there only once another one is filled in."""
    for name, description in part["properties"].items():
        yield name, description
        if data.get(name):
            dependent = part.get("dependencies", {}).get(name, {})
            yield from dependent.get("properties", {}).items()


def _field(
    name: str, description: Mapping[str, Any], look: Mapping[str, Any], data: Mapping[str, Any]
) -> Field:
    is_box = description["type"] == "boolean"
    return Field(
        kind="box" if is_box else "text",
        name=name,
        title=description.get("title", ""),
        text=description.get("description", ""),
        help=look.get("ui:help", ""),
        value=data.get(name) is True if is_box else safe_reading.text(data.get(name)) or "",
    )


def _tag_choices(definition: Mapping[str, Any], chosen: Sequence[str]) -> list[Choice]:
    """The clinic's tags as they are named now, and chosen ones that the clinic has no longer."""
    offered = dict(zip(definition.get("enum", ()), definition.get("enumNames", ()), strict=True))
    return [
        *(Choice(name, is_chosen=tag_id in chosen) for tag_id, name in offered.items()),
        *(
            Choice(f"deleted tag {tag_id}", is_chosen=True)
            for tag_id in chosen
            if tag_id not in offered
        ),
    ]
