"""Indexes of the collections of merges."""
