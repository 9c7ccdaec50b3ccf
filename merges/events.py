"""Events of merges."""
