"""Every document that a test writes is held against the model of its collection: known names, right types.

The models are what docs/data-model.md is written from, so a field that code writes and no model names would be one that
is documented nowhere. After each test a sample of what it wrote is read, in one command for all collections. A test that
writes documents no version of the service would write is marked `foreign_documents`.
"""

from kernel import db
from kernel.safe_reading import ANY
from kernel.stored_models import described_models, shape_of
from tests.commands import peek_written

SAMPLE = 3  # newest documents of each collection
# Folders of tests that go through the service, rather than make documents of their own.
FOLDERS = {"api", "services", "store", "tasks", "security", "admin", "policy", "clients"}
EXEMPT = {"foreign_documents", "walk", "chaos", "processes"}
DJANGOS = ("auth_", "django_")
_shapes = {}


def shapes():
    if not _shapes:
        _shapes.update({model._meta.db_table: shape_of(model) for model in described_models()})
    return _shapes


def are_compared(test):
    has_marker = any(test.get_closest_marker(name) for name in EXEMPT)
    return test.path.parent.name in FOLDERS and not has_marker


def misfits_of_what_was_written():
    """Since the collections were emptied last."""
    names = sorted(name for name in peek_written() if not name.startswith(DJANGOS))
    problems = [
        f"{name}: no model describes this collection" for name in names if name not in shapes()
    ]
    described = [name for name in names if name in shapes()]
    for name, document in _sample(described):
        problems += [f"{name}.{misfit}" for misfit in misfits(document, shapes()[name])]
    return sorted(set(problems))


def _sample(names):
    if not names:
        return []
    first, *others = (
        [
            {"$sort": {"_id": -1}},
            {"$limit": SAMPLE},
            {"$project": {"_id": 0, "name": {"$literal": name}, "document": "$$ROOT"}},
        ]
        for name in names
    )
    unions = [
        {"$unionWith": {"coll": name, "pipeline": pipeline}}
        for name, pipeline in zip(names[1:], others, strict=True)
    ]
    rows = db.database()[names[0]].aggregate([*first, *unions])
    return [(row["name"], row["document"]) for row in rows]


def misfits(value, shape, path=""):
    """Where a value is not as its shape says. Absent and null are the same."""
    if value is None or shape is object:
        return
    if isinstance(shape, type) and _is_a(value, shape):
        return
    if isinstance(shape, list) and isinstance(value, list):
        for item in value:
            yield from misfits(item, shape[0], f"{path}[]")
    elif isinstance(shape, dict) and isinstance(value, dict):
        yield from _misfits_of_members(value, shape, path)
    else:
        yield f"{path}: not {type(value).__name__}"


def _misfits_of_members(value, shape, path):
    for name, member in value.items():
        where = f"{path}.{name}" if path else name
        if name in shape or ANY in shape:
            yield from misfits(member, shape.get(name, shape.get(ANY)), where)
        else:
            yield f"{where}: unknown name"


def _is_a(value, kind):
    if kind in (int, float):
        return isinstance(value, (int, kind)) and not isinstance(value, bool)
    return isinstance(value, kind)
