"""Indexes of the app's collections."""
