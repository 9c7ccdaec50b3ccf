from typing import Literal

NoteEvent = Literal["New", "Replace"]

NOTE_EVENT_VALUES: set[NoteEvent] = {
    "New",
    "Replace",
}


def check_note_event(value: str) -> NoteEvent:
    if value in NOTE_EVENT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {NOTE_EVENT_VALUES!r}")
