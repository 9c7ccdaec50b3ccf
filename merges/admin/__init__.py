"""Staff pages of merges. Importing registers them."""
