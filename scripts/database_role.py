"""Write the role of the service's database user into deploy/mongodb/role.json."""

import sys

from scripts import local, service

FILE = local.BASE / "deploy" / "mongodb" / "role.json"


def current() -> str:
    # No server is asked; the empty names only keep the settings from searching for one.
    return service.manage(
        ["describe_database_role"], {"PATH": "", "MONGODB_URI": "", "REDIS_URL": ""}
    )


if __name__ == "__main__":
    FILE.write_text(current())
    sys.exit(0)
