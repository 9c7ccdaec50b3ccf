"""Events: names and payloads, and what this app does when one happens."""
