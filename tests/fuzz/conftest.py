from tests.fuzz.callers import callers  # noqa: F401 (a fixture)
