"""What an app registers, in every kind of process: web, workers, beat, commands.

Each AppConfig calls this when it is ready. Were it left to whoever imports a module first, a worker that never reads
the URL configuration would know no schemas.
"""

from importlib import import_module
from pkgutil import iter_modules


def load(app: str, *modules: str, packages: tuple[str, ...] = ()) -> None:
    """Import these modules of the app, and all modules of these packages of it."""
    for module in modules:
        import_module(f"{app}.{module}")
    for name in packages:
        package = import_module(f"{app}.{name}")
        for found in iter_modules(package.__path__, f"{package.__name__}."):
            import_module(found.name)
