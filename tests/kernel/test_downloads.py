"""Files that are made while they are sent (note 1.7.6: the first byte within a second)."""

from unittest.mock import Mock

from kernel.api import downloads


def test_the_first_byte_of_a_slow_file_is_there_within_a_second(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(downloads, "time", Mock(monotonic=lambda: now[0]))

    def lines():
        for _ in range(1000):
            now[0] += 0.1
            yield "x" * downloads.PIECE

    answer = downloads.download(lines(), name="a.csv", content_type="text/csv", close=Mock())
    assert 0.4 < now[0] < 1
    assert "Content-Length" not in answer.headers


def test_no_more_of_a_quick_file_than_a_few_megabytes_is_in_memory(monkeypatch):
    monkeypatch.setattr(downloads, "time", Mock(monotonic=lambda: 0.0))
    made = []

    def lines():
        for number in range(1000):
            made.append(number)
            yield "x" * downloads.PIECE

    downloads.download(lines(), name="a.csv", content_type="text/csv", close=Mock())
    assert len(made) == downloads.AHEAD_BYTES // downloads.PIECE
