"""The web process between socket and Django: what it reads, how long it waits, whose request is next
(docs/decisions/0010)."""
