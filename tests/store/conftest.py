"""Query plans must not depend on what earlier tests of the process have stored."""

import pytest

from kernel import db, indexes


@pytest.fixture(autouse=True, scope="module")
def fresh_indexes(request, django_db_setup):
    """An index that once held a list stays "multikey", and then MongoDB answers less from its keys alone. The indexes
    of the module's `EXPLAINED` collections are therefore made again."""
    explained = getattr(request.module, "EXPLAINED", ())
    for name in explained:
        db.database()[name].drop()
    if explained:
        indexes.ensure()
