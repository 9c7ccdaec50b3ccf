"""Redox messages: reading orders, building what is sent. Pure functions, no database."""
