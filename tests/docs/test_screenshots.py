"""The pictures of the handbook for staff exist, are all that is kept, and can be drawn again."""

from tests.admin import screenshots

MOST_BYTES = 1_500_000


def test_every_picture_of_the_handbook_exists_and_can_be_drawn_again():
    named = screenshots.named_in_handbook()
    kept = {path.name for path in screenshots.KEPT.iterdir()}
    assert len(set(named)) >= 12
    assert set(named) <= screenshots.files()
    assert set(named) == kept


def test_the_pictures_are_small():
    assert sum(path.stat().st_size for path in screenshots.KEPT.iterdir()) < MOST_BYTES


def test_names_are_given_once():
    names = [picture.name for picture in screenshots.PICTURES]
    assert sorted(names) == sorted(set(names))
