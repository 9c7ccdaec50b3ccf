"""App configurations of the project and of Django's own apps, adapted to MongoDB's ids."""

import sys
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.apps import AuthConfig
from django.contrib.contenttypes.apps import ContentTypesConfig
from django.db.models.signals import post_migrate

OBJECT_ID = "django_mongodb_backend.fields.ObjectIdAutoField"


class SiteConfig(AppConfig):
    name = "clinics_site"
    label = "clinics_site"
    default_auto_field = OBJECT_ID

    def ready(self) -> None:
        # Importing these registers checks and the indexes that `migrate` creates.
        from clinics_site import checks  # noqa: F401
        from kernel import accesses, audit, audit_anchors, following, logging, outbox, speed  # noqa: F401
        from kernel.staff.sign_in import store  # noqa: F401

        logging.configure(settings.LOG_LEVEL)
        speed.leave_pools_alone()
        post_migrate.connect(make_indexes, sender=self)
        post_migrate.connect(begin_audit_trail, sender=self)
        # The signal is sent app by app: at auth's turn the permissions of this app exist already.
        post_migrate.connect(make_staff_roles, sender=apps.get_app_config("auth"))


def make_indexes(**_: Any) -> None:
    """`migrate` also creates the declared indexes, so that test databases have them, and runs the backfills. Without
    an index the service starts nevertheless; the log and the staff pages say so."""
    from kernel import backfills, indexes

    for problem in indexes.ensure().problems:
        sys.stderr.write(
            f"{problem.title} is missing: {problem.text}. See `manage.py ensure_indexes`.\n"
        )
    backfills.run()


def begin_audit_trail(**_: Any) -> None:
    from kernel import audit_anchors

    audit_anchors.begin()


def make_staff_roles(**_: Any) -> None:
    from kernel.staff import roles

    roles.ensure()


class MongoAdminConfig(AdminConfig):
    default_auto_field = OBJECT_ID
    default_site = "clinics_site.admin_site.StaffSite"


class MongoAuthConfig(AuthConfig):
    default_auto_field = OBJECT_ID


class MongoContentTypesConfig(ContentTypesConfig):
    default_auto_field = OBJECT_ID
