"""`make clients`: standard tools read the served description, and what they generate compiles and works.

    python -m scripts.api_clients [--write] [TOOL ...]

`--write` generates `clients/python` and `clients/typescript` again after a change of the description, and calls no one.
Without it nothing in the working copy changes: the tools work in `.local/clients`.
"""
