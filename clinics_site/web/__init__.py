"""The web process between socket and Django: what it reads, for how long, and who is next (docs/decisions/0010)."""
