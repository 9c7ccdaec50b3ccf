"""Account services are never asked inside a transaction: in production they answer over HTTP, where
`kernel.http.request` refuses it. Here the same holds for the embedded ones, with which most tests run."""

import functools
import inspect

from kernel import db
from kernel.http import IN_TRANSACTION
from users.clients import embedded


def refuse_calls_in_transactions():
    for _, service in inspect.getmembers(embedded, inspect.isclass):
        if service.__module__ == embedded.__name__:
            _guard(service)


def _guard(service):
    for name, method in inspect.getmembers(service, inspect.isfunction):
        if not name.startswith("_"):
            setattr(service, name, _refused_in_transaction(method))


def _refused_in_transaction(method):
    @functools.wraps(method)
    def guarded(*args, **options):
        if db.in_transaction():
            raise AssertionError(IN_TRANSACTION)
        return method(*args, **options)

    return guarded
