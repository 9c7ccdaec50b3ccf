"""Tags: those that the target lacks are created (rules MERGE-9 to MERGE-12).

Tags that look alike are one tag, as everywhere (`kernel.texts.key_without_blanks`).
"""

from collections.abc import Iterator, Mapping

from bson import ObjectId

from kernel import texts
from merges.choices import TagAction
from merges.plan.model import Clinic, Tag, TagPlan

Becomes = Mapping[ObjectId, Tag]


def resulting_tags(source: Clinic, target: Clinic) -> Becomes:
    """What each tag of the source becomes: a tag of the target with its name or one that looks alike, or itself, if it
    is to be created."""
    same: dict[str, Tag] = {}
    alike: dict[str, Tag] = {}
    for tag in target.tags:
        same.setdefault(tag.name, tag)
        alike.setdefault(texts.key_without_blanks(tag.name), tag)
    return {
        tag.id: same.get(tag.name) or alike.setdefault(texts.key_without_blanks(tag.name), tag)
        for tag in source.tags
    }


def plan_tags(source: Clinic, target: Clinic, becomes: Becomes) -> tuple[TagPlan, ...]:
    return (*_of_source(source, target, becomes), *_of_target(source, target, becomes))


def _of_source(source: Clinic, target: Clinic, becomes: Becomes) -> Iterator[TagPlan]:
    in_target = {tag.id for tag in target.tags}
    both = tuple(sorted((source.name, target.name)))
    for tag in source.tags:
        found = becomes[tag.id]
        if found.id == tag.id:
            yield TagPlan(
                tag.name, TagAction.CREATE, (source.name,), is_in_both=False, source_id=tag.id
            )
        else:
            target_id = found.id if found.id in in_target else None
            yield TagPlan(
                tag.name,
                TagAction.SKIP,
                both,
                is_in_both=True,
                source_id=tag.id,
                target_id=target_id,
            )


def _of_target(source: Clinic, target: Clinic, becomes: Becomes) -> Iterator[TagPlan]:
    met = {tag.id for tag in becomes.values()}
    both = tuple(sorted((source.name, target.name)))
    for tag in target.tags:
        is_in_both = tag.id in met
        workspaces = both if is_in_both else (target.name,)
        yield TagPlan(
            tag.name, TagAction.RETAIN, workspaces, is_in_both=is_in_both, target_id=tag.id
        )
