"""How merges react to events."""
