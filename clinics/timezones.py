"""The time zones a clinic may have, as `timezones.txt` lists them: a fixed list, so that an update of the server's zone
data changes no answer."""

from pathlib import Path

TIMEZONES = tuple(Path(__file__).with_suffix(".txt").read_text(encoding="ascii").split())
