"""Registers what an app declares, in every kind of process: web, workers, beat, commands.

Each AppConfig calls this when it is ready. If registration depended on which module is imported first, a
worker that never loads the URL configuration would know no schemas.
"""

from importlib import import_module
from pkgutil import iter_modules


def load(app: str, *modules: str, packages: tuple[str, ...] = ()) -> None:
    """Import these modules of the app, and all modules of these packages."""
    for module in modules:
        import_module(f"{app}.{module}")
    for name in packages:
        package = import_module(f"{app}.{name}")
        for module_info in iter_modules(package.__path__, f"{package.__name__}."):
            import_module(module_info.name)
