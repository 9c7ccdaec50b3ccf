"""The targets of the layout, and the table of it in docs/architecture.md."""

import re

from scripts import house

DRIFT = 0.02  # of a room's share, before the table has to be written again


def test_no_room_holds_more_than_a_quarter_of_the_code():
    rooms = house.rooms()
    largest = max(rooms, key=lambda room: room.lines)
    assert house.share(largest, rooms) <= 0.25


def test_functions_stay_short():
    median, percentile_99 = house.median_and_99th([f.lines for f in house.functions()])
    assert median <= 8
    assert percentile_99 <= 40


def test_every_folder_with_code_is_a_room():
    packages = {path.parent.name for path in house.local.BASE.glob("*/__init__.py")}
    assert packages - {"scripts", "tests"} == set(house.ROOMS)


def test_table_in_the_architecture_names_rooms_imports_and_sizes_as_they_are():
    page = house.PAGE.read_text()
    written = page[page.index(house.BEGIN) : page.index(house.END)]
    assert _imports(written) == _imports(house.table()), "run `make fmt`"
    rooms = house.rooms()
    for room in rooms:
        share = int(re.search(rf"`{room.name}`.* (\d+)% \|", written)[1]) / 100
        assert abs(share - house.share(room, rooms)) <= DRIFT, "run `make fmt`"


def _imports(table):
    """Room -> the rooms that it imports from, without how often."""
    rows = re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", table, re.MULTILINE)
    return {room: set(re.findall(r"[a-z_]+", text)) for room, text in rows}
