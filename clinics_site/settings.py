"""The one settings file. Every value that differs between deployments comes from `env.py`."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from clinics_site import env, metrics_port, safeguards, start_here

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Process -----------------------------------------------------------------------------------
DEBUG = env.flag("DEBUG", default=False, help="Django's debug mode; never in production")
SECRET_KEY = env.text(
    "SECRET_KEY",
    "insecure-development-key-only",
    help="signs admin sessions; at least 32 characters, except in local and test",
)
AUDIT_KEY = env.text(
    "AUDIT_KEY",
    help="seals the audit trail; required except in local and test, where unset means derived from SECRET_KEY",
)
AUDIT_OLD_KEYS = env.words(
    "AUDIT_OLD_KEYS", help="retired values of AUDIT_KEY that older audit events are sealed with"
)
ACCESS_RECORD_YEARS = env.number(
    "ACCESS_RECORD_YEARS",
    6,
    at_least=1,
    help="how long it is kept who has seen which patient; a change needs `manage.py ensure_indexes --replace`",
)
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", help="host names the service answers to"
)
CSRF_TRUSTED_ORIGINS = env.words(
    "CSRF_TRUSTED_ORIGINS", help="origins of the admin behind a proxy, with scheme"
)
ENVIRONMENT = env.literal(
    "ENVIRONMENT",
    "local",
    help="name of this installation, also in audit entries; any but local and test requires safe values",
)
# Others might take its orders for orders that were sent.
MAY_EMBED_XEALTH = ENVIRONMENT in safeguards.UNGUARDED
METRICS_TOKEN = env.text(
    "METRICS_TOKEN",
    help="bearer token that Prometheus sends for /metrics; unset: open in local and test, closed elsewhere",
)
TRACES_TO = env.address(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    help="collector that is sent traces (OpenTelemetry over HTTP, without patient data); unset: no traces",
)
TRACES_HEADERS = env.text(
    "OTEL_EXPORTER_OTLP_HEADERS",
    help="headers that the collector asks for, as `name=value,name=value`, percent-encoded; a token may be among them",
)
CRASH_REPORTS_TO = env.address(
    "SENTRY_DSN",
    help="where faults of the program are reported (Sentry's protocol, without patient data); unset: nowhere",
)
METRICS_PORT, METRICS_HOST = metrics_port.PORT, metrics_port.HOST
METRICS_ARE_OPEN = not METRICS_TOKEN and ENVIRONMENT in safeguards.UNGUARDED
LOG_LEVEL = env.choice(
    "LOG_LEVEL",
    "INFO",
    ("DEBUG", "INFO", "WARNING", "ERROR"),
    help="lowest level that is logged",
)

ROOT_URLCONF = "clinics_site.urls"
WSGI_APPLICATION = "clinics_site.wsgi.application"
APPEND_SLASH = False
# AdminOnly gives the staff pages these middlewares; the checks look only at MIDDLEWARE.
SILENCED_SYSTEM_CHECKS = [
    *("admin.E408", "admin.E409", "admin.E410"),
    *("security.W002", "security.W003"),
    # It calls keys weak that are strong enough for `safeguards`, which judges them in its place.
    "security.W009",
]
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
USE_I18N = False

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "clinics_site.apps.SiteConfig",
    "clinics_site.apps.MongoAdminConfig",
    "clinics_site.apps.MongoAuthConfig",
    "clinics_site.apps.MongoContentTypesConfig",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_mongodb_backend",
    "kernel.apps.KernelConfig",
    "users.apps.UsersConfig",
    "clinic_records.apps.ClinicRecordsConfig",
    "patients.apps.PatientsConfig",
    "clinics.apps.ClinicsConfig",
    "confirmations.apps.ConfirmationsConfig",
    "ehr.apps.EhrConfig",
    "redox.apps.RedoxConfig",
    "xealth.apps.XealthConfig",
    "merges.apps.MergesConfig",
    "notifications.apps.NotificationsConfig",
    "webhooks.apps.WebhooksConfig",
]

MIDDLEWARE = [
    "kernel.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kernel.middleware.AdminOnly",
]
# The staff pages need sessions, CSRF and messages; the API needs none of them, so AdminOnly runs
# this chain for admin paths alone.
ADMIN_PATH = "/admin"
ADMIN_MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kernel.staff.idle.IdleLogoff",
    "kernel.staff.sign_in.gate.Gate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "kernel.staff.directions.WithoutDirections",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "clinics_site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]

# --- Data --------------------------------------------------------------------------------------
MONGODB_URI = env.text(
    "MONGODB_URI",
    "mongodb://127.0.0.1:27017/?replicaSet=rs0&directConnection=true",
    help="MongoDB replica set; `make run` starts its own when this is unset",
)
MONGODB_TIME_LIMIT = env.duration(
    "MONGODB_TIME_LIMIT",
    "10s",
    help="longest time one query of background work may take; requests have REQUEST_TIME_LIMIT instead",
)
DATABASES = {
    "default": {
        "ENGINE": "django_mongodb_backend",
        "HOST": MONGODB_URI,
        "NAME": env.text(
            "TIDEPOOL_CLINIC_DATABASE_NAME", "clinic", help="database of the clinic collections"
        ),
        "OPTIONS": {
            "retryWrites": True,
            "w": "majority",
            "readConcernLevel": "majority",
            "serverSelectionTimeoutMS": 5000,
            "connectTimeoutMS": 3000,
            "maxPoolSize": 50,
        },
    }
}
DATABASE_ROUTERS = ["django_mongodb_backend.routers.MongoRouter"]
DEFAULT_AUTO_FIELD = "django_mongodb_backend.fields.ObjectIdAutoField"
MIGRATION_MODULES = {
    "admin": "clinics_site.mongo_migrations.admin",
    "auth": "clinics_site.mongo_migrations.auth",
    "contenttypes": "clinics_site.mongo_migrations.contenttypes",
}
REDIS_URL = env.text(
    "REDIS_URL",
    "redis://127.0.0.1:6379/0",
    help="cache, sessions, rate limits and broker; `make run` starts its own when this is unset",
)
CACHES = {
    "default": {
        "BACKEND": "kernel.speed.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": DATABASES["default"]["NAME"],
        "OPTIONS": {
            "socket_timeout": 0.5,
            "socket_connect_timeout": 0.5,
            # A connection that Redis has closed is replaced once; a Redis that hangs is not tried again.
            "retry": Retry(NoBackoff(), 1, (RedisConnectionError,)),
        },
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = env.number(
    "MAX_BODY_BYTES",
    10 * 1024 * 1024,
    at_least=1,
    help="largest request body, in bytes; most operations take less",
)
# Files that staff upload hold data of patients, and are written to no disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE

# --- Kernel: what it needs from the apps, by name, so that it imports none of them -------------
POLICY_MODULES = [
    "patients.policy",
    "clinics.policy",
    "confirmations.policy",
    "redox.policy",
    "xealth.policy",
    "merges.policy",
    "webhooks.policy",
]
TOKEN_CHECKER = "users.services.tokens.check_token"  # noqa: S105
TOKEN_IS_PERSONAL = "users.services.tokens.is_personal"  # noqa: S105
CLINICIAN_ROLES = "clinic_records.services.access.find_clinician_roles"
CLINICIAN_ROLES_AND_JOINED = "clinic_records.services.access.find_roles_and_joined"
CLINIC_GATE = "clinic_records.services.closures.require_open"
CLINIC_IS_WHOLE = "clinic_records.services.closures.require_free"
CLINIC_PERMISSIONS = "patients.services.shared_permissions.find_shared_permissions"
BACKEND_TOKEN_CACHE = env.duration(
    "BACKEND_TOKEN_CACHE",
    "60s",
    help="how long a checked backend token is trusted before it is checked again",
)
TOKEN_CHECK_TIME_LIMIT = env.duration(
    "TOKEN_CHECK_TIME_LIMIT",
    "1s",
    help="how long the user service may take to check a token; after that the request is answered 503",
)
SIDE_EFFECTS = env.choice(
    "SIDE_EFFECTS",
    "internal",
    ("internal", "external"),
    help="internal: all effects run here; external: without those of a worker that watches the collections",
)
TIDE_ROUNDING = env.choice(
    "TIDE_ROUNDING",
    "classic",
    ("classic", "rounded"),
    help="who is in a category of the TIDE report: classic: by the exact value; rounded: by whole percents",
)
SIDE_EFFECTS_IS_SET = env.is_set("SIDE_EFFECTS")

# --- Neighbours; an unset address means the embedded stand-in ----------------------------------
SHORELINE_ADDRESS = env.address(
    "TIDEPOOL_SHORELINE_CLIENT_ADDRESS", help="user service; unset: embedded accounts in MongoDB"
)
SERVER_TOKEN_SECRET = env.text(
    "TIDEPOOL_SERVER_TOKEN", help="shared secret for the server login at the user service"
)
SEAGULL_ADDRESS = env.address(
    "TIDEPOOL_SEAGULL_CLIENT_ADDRESS", help="profile service; unset: embedded profiles"
)
OLD_GATEKEEPER_ADDRESS = env.address(
    "TIDEPOOL_GATEKEEPER_CLIENT_ADDRESS", help="older name of TIDEPOOL_PERMISSION_CLIENT_ADDRESS"
)
GATEKEEPER_ADDRESS = env.address(
    "TIDEPOOL_PERMISSION_CLIENT_ADDRESS",
    OLD_GATEKEEPER_ADDRESS,
    help="permission service; unset: embedded grants",
)
AUTH_ADDRESS = env.address(
    "TIDEPOOL_AUTH_CLIENT_ADDRESS", help="auth service (restricted tokens); unset: embedded"
)
AUTH_EXTERNAL_ADDRESS = env.address(
    "TIDEPOOL_AUTH_CLIENT_EXTERNAL_ADDRESS", help="second server login for the auth service"
)
AUTH_EXTERNAL_SECRET = env.text(
    "TIDEPOOL_AUTH_CLIENT_EXTERNAL_SERVER_SESSION_TOKEN_SECRET", help="secret of that login"
)
AUTH_EXTERNAL_TIMEOUT = env.duration(
    "TIDEPOOL_AUTH_CLIENT_EXTERNAL_SERVER_SESSION_TOKEN_TIMEOUT",
    "1h",
    help="how long that session token is used",
)
SERVICE_SECRET = env.text(
    "TIDEPOOL_SERVICE_SECRET", help="sent to the auth service instead of a session token when set"
)
AUTH_TOKEN_ENDPOINT = env.address(
    "TIDEPOOL_AUTH_SERVICE_TOKEN_ENDPOINT", help="OpenID token endpoint for service accounts"
)
DATA_ADDRESS = env.address(
    "TIDEPOOL_DATA_CLIENT_ADDRESS", help="data service; unset: embedded (no data)"
)
EXPORT_ADDRESS = env.address(
    "TIDEPOOL_EXPORT_CLIENT_ADDRESS", help="report service; unset: the report is drawn here"
)
MARKETO_HOST = env.address(
    "TIDEPOOL_MARKETO_SERVICE_HOST", help="marketing sync; unset: switched off"
)
MARKETO_ENABLED = env.flag(
    "TIDEPOOL_MARKETO_SERVICE_ENABLED", default=True, help="refresh marketing data of clinicians"
)
APPLICATION_URL = env.address(
    "TIDEPOOL_APPLICATION_URL", "http://127.0.0.1:8080", help="public base address of the service"
)
WEBAPP_URL_IS_SET = env.is_set("TIDEPOOL_WEBAPP_URL")
WEBAPP_URL = (
    env.address(
        "TIDEPOOL_WEBAPP_URL",
        help="address of the web app, used in mails; unset: links lead to small pages at TIDEPOOL_APPLICATION_URL, "
        "while accounts are embedded",
    )
    or APPLICATION_URL
)
OWN_PAGES = not WEBAPP_URL_IS_SET and not SHORELINE_ADDRESS
ASSET_URL = env.address(
    "TIDEPOOL_ASSET_URL", "http://127.0.0.1:8080/static", help="address of mail images"
)
DEMO_PATIENT_USER_ID = env.text(
    "CLINIC_DEMO_PATIENT_USER_ID", help="account that every new clinic gets as its demo patient"
)
REMINDERS_INTERVAL = env.duration(
    "EMAIL_REMINDERS_INTERVAL", "168h", help="time until a claim or connection reminder"
)
# Limits of the operations that need no token; each applies separately.
CONFIRMATIONS_PER_ADDRESS = env.rate(
    "CONFIRMATIONS_PER_ADDRESS", "5/hour", help="mails that can be requested with an address alone"
)
CONFIRMATIONS_PER_KEY = env.rate(
    "CONFIRMATIONS_PER_KEY", "20/hour", help="tries with one link, including wrong ones"
)
TAKEN_ADDRESSES_PER_CALLER = env.rate(
    "TAKEN_ADDRESSES_PER_CALLER",
    "20/hour",
    help="how often a person may be told that an address of a patient belongs to another account",
)
MAILS_PER_ADDRESS = env.rate(
    "MAILS_PER_ADDRESS",
    "20/hour",
    help="mails that all people together may cause to one address; services are not counted",
)
MAILS_PER_CALLER = env.rate(
    "MAILS_PER_CALLER", "5000/hour", help="mails that one person may cause to others' addresses"
)
CONFIRMATIONS_PER_CLIENT = env.rate(
    "CONFIRMATIONS_PER_CLIENT", "120/hour", help="calls without a token from one client's address"
)
MIGRATIONS_PER_SECOND = env.number(
    "PATIENT_MIGRATIONS_PER_SECOND_LIMIT",
    15,
    at_least=1,
    help="patients moved per second in a migration",
)

# --- Webhooks ----------------------------------------------------------------------------------
WEBHOOK_SECRETS_KEY = env.text(
    "WEBHOOK_SECRETS_KEY",
    help="encrypts the secrets that sign messages to webhooks; unset: derived from SECRET_KEY. Keep it out of the "
    "database",
)
WEBHOOK_SECRETS_OLD_KEYS = env.words(
    "WEBHOOK_SECRETS_OLD_KEYS",
    help="retired values of WEBHOOK_SECRETS_KEY (or SECRET_KEY, where that was used)",
)
BULK_CREATION = env.flag(
    "BULK_CREATION",
    default=False,
    help="serve BulkCreatePatients; false: 404. Its form is not settled yet in the service that this one replaces. "
    "Staff create patients from a file in any case",
)
WEBHOOK_ALLOWED_NETWORKS = env.networks(
    "WEBHOOK_ALLOWED_NETWORKS",
    help="networks, as 10.1.0.0/16, that webhooks may lead into although they are not of the internet, by http too",
)

# --- Redox -------------------------------------------------------------------------------------
REDOX: dict[str, Any] = {
    "enabled": env.flag(
        "TIDEPOOL_REDOX_ENABLED",
        default=False,
        help="send to the real Redox; false: what would be sent is kept and shown in the admin",
    ),
    "verification_token": env.text(
        "TIDEPOOL_REDOX_VERIFICATION_TOKEN", help="shared secret of the Redox webhook"
    ),
    "old_verification_token": env.text(
        "TIDEPOOL_REDOX_OLD_VERIFICATION_TOKEN",
        help="accepted beside the present one, while it is being replaced",
    ),
    "client_id": env.text("TIDEPOOL_REDOX_CLIENT_ID", help="OAuth client id"),
    "key_id": env.text("TIDEPOOL_REDOX_KEY_ID", help="id of the signing key"),
    "private_key": env.text("TIDEPOOL_REDOX_PRIVATE_KEY", help="RSA private key, PEM"),
    "source_id": env.text("TIDEPOOL_REDOX_SOURCE_ID", help="our source id at Redox"),
    "source_name": env.text("TIDEPOOL_REDOX_SOURCE_NAME", "Tidepool", help="our source name"),
    "upload_file": env.flag(
        "TIDEPOOL_REDOX_UPLOAD_FILE_ENABLED",
        default=False,
        help="true: reports are uploaded; false: embedded in the note",
    ),
    "test_mode": env.flag(
        "TIDEPOOL_REDOX_TEST_MODE", default=False, help="marks every sent message as a test"
    ),
    "keep_messages_days": env.number(
        "REDOX_KEEP_MESSAGES_DAYS",
        0,
        help="days until a received message that is no longer needed is deleted; 0: kept forever",
    ),
    "keep_sends_days": env.number(
        "REDOX_KEEP_SENDS_DAYS",
        365,
        help="days until what became of a scheduled send, and the report that it sent, is deleted, 91 at least; "
        "0: kept forever",
    ),
    "token_url": env.address(
        "TIDEPOOL_REDOX_TOKEN_URL",
        "https://api.redoxengine.com/v2/auth/token",
        help="OAuth token endpoint",
    ),
    "endpoint_url": env.address(
        "TIDEPOOL_REDOX_ENDPOINT_URL",
        "https://api.redoxengine.com/endpoint",
        help="where messages are sent",
    ),
    "upload_url": env.address(
        "TIDEPOOL_REDOX_UPLOAD_URL",
        "https://blob.redoxengine.com/upload",
        help="where reports are uploaded",
    ),
}

# --- Xealth ------------------------------------------------------------------------------------
XEALTH: dict[str, Any] = {
    "enabled": env.flag(
        "TIDEPOOL_XEALTH_ENABLED", default=False, help="serve the operations that Xealth calls"
    ),
    "bearer_token": env.text(
        "TIDEPOOL_XEALTH_BEARER_TOKEN",
        help="secret that Xealth presents; without it every request of Xealth is 401",
    ),
    "old_bearer_token": env.text(
        "TIDEPOOL_XEALTH_OLD_BEARER_TOKEN",
        help="accepted beside the present one, while it is being replaced",
    ),
    "client_id": env.text("TIDEPOOL_XEALTH_CLIENT_ID", help="client id at Xealth"),
    "client_secret": env.text("TIDEPOOL_XEALTH_CLIENT_SECRET", help="client secret at Xealth"),
    "token_url": env.address(
        "TIDEPOOL_XEALTH_TOKEN_URL",
        "https://auth-sandbox.xealth.io/oauth2/token",
        help="OAuth token endpoint of Xealth",
    ),
    "base_url": env.address(
        "TIDEPOOL_XEALTH_SERVER_BASE_URL",
        "https://api-sandbox.xealth.io/v2",
        help="API of Xealth",
    ),
    "report_link_lifetime": env.duration(
        "XEALTH_REPORT_LINK_LIFETIME",
        "10m",
        help="how long the address of a report, which Xealth opens in the health record, can be opened",
    ),
    "frame_ancestors": env.words(
        "XEALTH_FRAME_ANCESTORS",
        "https://*.xealth.io",
        help="who may show a report in a frame, as sources of a content policy. Every page around it counts, "
        "so that of the health record too: https://*.xealth.io,https://ehr.example.org",
    ),
}

# --- Mail --------------------------------------------------------------------------------------
EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND",
    "django.core.mail.backends.console.EmailBackend",
    help="Django mail backend; any anymail backend works",
)
EMAIL_FILE_PATH = str(
    BASE_DIR / env.text("EMAIL_FILE_PATH", ".local/mail", help="folder of the file mail backend")
)
EMAIL_HOST = env.text("EMAIL_HOST", "localhost", help="SMTP server")
EMAIL_PORT = env.port("EMAIL_PORT", 25, help="SMTP port")
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", help="SMTP user")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", help="SMTP password")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False, help="SMTP with STARTTLS")
EMAIL_TIMEOUT = 20
ANYMAIL: dict[str, Any] = {
    **env.prefixed(
        "ANYMAIL_",
        help="settings of an anymail backend, such as ANYMAIL_POSTMARK_SERVER_TOKEN",
    ),
    "REQUESTS_TIMEOUT": EMAIL_TIMEOUT,
}
DEFAULT_FROM_EMAIL = env.text(
    "DEFAULT_FROM_EMAIL", "Tidepool <noreply@tidepool.org>", help="sender of every mail"
)

# --- Celery: facts F11 and F12 in docs/architecture.md are the reasons for these numbers -------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 180
CELERY_TASK_TIME_LIMIT = 200
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": env.number(
        "BROKER_VISIBILITY_TIMEOUT",
        900,
        at_least=1,
        help="seconds until a lost worker's task is given to another",
    ),
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
    "global_keyprefix": env.text(
        "BROKER_KEY_PREFIX", "", help="prefix of the broker's keys when Redis is shared"
    ),
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ROUTES = {"redox.*": {"queue": "ehr"}}
OUTBOX_RELAY_SECONDS = env.number(
    "OUTBOX_RELAY_SECONDS",
    5,
    at_least=1,
    help="seconds between two searches for undelivered events",
)
OUTBOX_QUEUES = ("default", "ehr", "merges", "webhooks", "jobs")
CELERY_BEAT_SCHEDULER = "kernel.beat:Scheduler"
# Every app adds its own: CELERY_BEAT_SCHEDULE["app.task"] = {"task": "app.task", "schedule": seconds}
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "core.relay_outbox": {"task": "core.relay_outbox", "schedule": OUTBOX_RELAY_SECONDS},
    # It looks through all that was given up.
    "core.requeue_unknown": {"task": "core.requeue_unknown", "schedule": 60},
    **{
        f"core.send_heartbeat:{queue}": {
            "task": "core.send_heartbeat",
            "schedule": 30,
            "args": (queue,),
            # A worker that comes back drops those that have waited.
            "options": {"queue": queue, "expires": 30},
        }
        for queue in OUTBOX_QUEUES
    },
    # Changes of the trail between two checks are not noticed.
    "core.watch_audit_trail": {"task": "core.watch_audit_trail", "schedule": 10},
    "core.keep_daily_numbers": {"task": "core.keep_daily_numbers", "schedule": 300},
    # Each once a day, as recorded in MongoDB.
    "core.check_accesses": {"task": "core.check_accesses", "schedule": 300},
    "core.try_indexes_again": {"task": "core.try_indexes_again", "schedule": 300},
    "redox.run_due_cadences": {"task": "redox.run_due_cadences", "schedule": 300},
    # Staff search in them.
    "clinics.keep_names": {"task": "clinics.keep_names", "schedule": 60},
    "clinics.keep_troubles": {"task": "clinics.keep_troubles", "schedule": 60},
    "patients.check_derived": {"task": "patients.check_derived", "schedule": 300},
    # Every five minutes, as recorded in MongoDB.
    "patients.sweep_connection_issues": {
        "task": "patients.sweep_connection_issues",
        "schedule": 60,
    },
    "patients.clean_up_kept_data": {"task": "patients.clean_up_kept_data", "schedule": 300},
    "confirmations.fill_in_address_keys": {
        "task": "confirmations.fill_in_address_keys",
        "schedule": 300,
    },
    # Runs once a day, as recorded in MongoDB: beat forgets at a restart when it last sent a task.
    "redox.delete_old_messages": {"task": "redox.delete_old_messages", "schedule": 300},
    "redox.delete_old_sends": {"task": "redox.delete_old_sends", "schedule": 300},
}

# --- Staff pages -------------------------------------------------------------------------------
STAFF_SECOND_FACTOR = env.choice(
    "STAFF_SECOND_FACTOR",
    "optional",
    ("off", "optional", "required"),
    help="one-time codes for staff: off: never; optional: for accounts that set up a factor; required: for all",
)
STAFF_SECOND_FACTOR_ROLES = env.words(
    "STAFF_SECOND_FACTOR_ROLES",
    help="staff roles that need a second factor even where it is optional; superusers count as having each",
)
STAFF_REASONS = env.words(
    "STAFF_REASONS",
    "tier,limits,ehr",
    help="settings of a clinic that staff change with a reason only, by the last word of the page's address; what is "
    "removed always needs one",
)
STAFF_SECOND_FACTOR_KEY = env.text(
    "STAFF_SECOND_FACTOR_KEY",
    help="encrypts the keys of second factors; unset: derived from SECRET_KEY. Keep it out of the database",
)
STAFF_SECOND_FACTOR_OLD_KEYS = env.words(
    "STAFF_SECOND_FACTOR_OLD_KEYS",
    help="retired values of STAFF_SECOND_FACTOR_KEY (or SECRET_KEY, where that was used)",
)
STAFF_PASSWORD_LOGIN = env.flag(
    "STAFF_PASSWORD_LOGIN",
    default=True,
    help="staff may log in with a password; false: only through the identity provider",
)
# The names that start with OIDC_RP_ and OIDC_OP_ are those of mozilla-django-oidc.
OIDC_RP_CLIENT_ID = env.text(
    "OIDC_CLIENT_ID", help="our client id at the staff's identity provider; unset: none is used"
)
OIDC_RP_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET", help="our secret there")
OIDC_ISSUER = env.text("OIDC_ISSUER", help="the provider's issuer, exactly as its tokens name it")
OIDC_OP_AUTHORIZATION_ENDPOINT = env.address(
    "OIDC_AUTHORIZATION_ENDPOINT", help="where staff are sent to log in"
)
OIDC_OP_TOKEN_ENDPOINT = env.address("OIDC_TOKEN_ENDPOINT", help="where the code is exchanged")
OIDC_OP_JWKS_ENDPOINT = env.address("OIDC_JWKS_ENDPOINT", help="the provider's public keys")
OIDC_OP_USER_ENDPOINT = env.address(
    "OIDC_USER_ENDPOINT", help="more claims about the person; unset: the ID token has them all"
)
OIDC_LOGOUT_ENDPOINT = env.address(
    "OIDC_LOGOUT_ENDPOINT", help="offered after logging out here, to log out there too"
)
OIDC_NAME = env.text("OIDC_NAME", "single sign-on", help="the provider's name on the login page")
OIDC_RP_SCOPES = env.text(
    "OIDC_SCOPES", "openid email profile", help="what we ask the provider for"
)
OIDC_ALLOWED_DOMAINS = env.words(
    "OIDC_ALLOWED_DOMAINS",
    help="domains of e-mail addresses that may log in through the provider; unset: any",
)
OIDC_NEW_ACCOUNTS = env.choice(
    "OIDC_NEW_ACCOUNTS",
    "link",
    ("link", "create"),
    help="a person's first login: link: gets the staff account made before with this address; "
    "create: gets a new one without roles if there is none",
)
OIDC_GROUPS_CLAIM = env.text(
    "OIDC_GROUPS_CLAIM", help="claim that lists the person's groups; unset: roles are given here"
)
OIDC_GROUP_ROLES = env.words(
    "OIDC_GROUP_ROLES", help="which group gives which staff role, as a list of GROUP=ROLE"
)
OIDC_SECOND_FACTOR = env.choice(
    "OIDC_SECOND_FACTOR",
    "provider",
    ("provider", "here"),
    help="which side asks people who log in through the provider for a second factor",
)
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_USE_PKCE = True
OIDC_STATE_SIZE = OIDC_NONCE_SIZE = 43  # letters and digits: 256 random bits
OIDC_TIMEOUT = (2, 5)  # seconds to connect, and between two packets
OIDC_AUTHENTICATION_CALLBACK_URL = "admin:login_provider_callback"
AUTHENTICATION_BACKENDS = [
    *(["django.contrib.auth.backends.ModelBackend"] if STAFF_PASSWORD_LOGIN else []),
    *(["kernel.staff.sign_in.oidc.Backend"] if OIDC_RP_CLIENT_ID else []),
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
SESSION_COOKIE_AGE = 15 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
HTTPS = env.flag("HTTPS", default=False, help="true where the admin is served over https")
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "kernel.staff.failures.form_expired"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^ready$", r"^live$", r"^metrics$"]
SECURE_SSL_REDIRECT = env.flag(
    "SSL_REDIRECT", default=False, help="redirect http to https inside the service"
)
CLIENT_ADDRESS_HEADER = env.text(
    "CLIENT_ADDRESS_HEADER",
    help="header in which your proxy puts the client's address, for limits; none where there is no proxy",
)
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        # Unfold's Alpine.js evaluates expressions in attributes.
        "script-src": ["'self'", "'unsafe-eval'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'self'"],
    }
}
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Clinics",
    "SITE_HEADER": "Clinics",
    "SITE_SUBHEADER": "Clinic service",
    "SITE_SYMBOL": "local_hospital",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "ENVIRONMENT": "clinics_site.admin_site.environment_label",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("staff/favicon.svg"),
        }
    ],
    "STYLES": [lambda request: static("staff/admin.css")],
    "SCRIPTS": [lambda request: static("staff/staff.js")],
    "SIDEBAR": {"navigation": "clinics_site.admin_site.navigation"},
    "ACCOUNT": {"navigation": "clinics_site.admin_site.account_links"},
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 262)",
            "100": "oklch(94% .03 262)",
            "200": "oklch(88.5% .06 263)",
            "300": "oklch(80% .105 265)",
            "400": "oklch(72% .145 267)",
            "500": "oklch(62% .19 268)",
            "600": "oklch(53% .2 268)",
            "700": "oklch(46% .19 268)",
            "800": "oklch(40% .16 268)",
            "900": "oklch(35% .13 269)",
            "950": "oklch(27% .09 270)",
        },
    },
}

# --- REST --------------------------------------------------------------------------------------
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["kernel.api.authentication.SessionTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["kernel.api.permissions.PolicyPermission"],
    "DEFAULT_RENDERER_CLASSES": ["kernel.api.rendering.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "kernel.api.description.OperationSchema",
    "EXCEPTION_HANDLER": "kernel.handler.handle_exception",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Clinics and Confirmation API",
    "DESCRIPTION": start_here.TEXT,
    "VERSION": "1.0",
    "OAS_VERSION": "3.1.0",
    "LICENSE": {"name": "BSD-2-Clause", "identifier": "BSD-2-Clause"},
    "SERVERS": [{"url": "/", "description": "The service that this description was read from."}],
    "TAGS": [  # in the contract's order
        {
            "name": "Clinics",
            "description": "Clinics, their clinicians, patients, tags, sites and reports.",
        },
        {
            "name": "Confirmations",
            "description": "Invitations, sign-ups and the mails that confirm them.",
        },
        {
            "name": "Internal",
            "description": "Operations meant for other services of the installation.",
        },
        {"name": "Redox", "description": "What the EHR integration service Redox calls."},
        {"name": "Webhooks", "description": "Messages that this service sends to receivers."},
    ],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "DEFAULT_GENERATOR_CLASS": "kernel.api.description.Generator",
    "PREPROCESSING_HOOKS": ["kernel.api.description.only_operations"],
    "POSTPROCESSING_HOOKS": [
        "webhooks.api.description.add_webhooks",
        "kernel.api.description.add_components",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": True, "displayOperationId": True},
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "sessionToken": {"type": "apiKey", "in": "header", "name": "x-tidepool-session-token"}
        }
    },
    "SECURITY": [{"sessionToken": []}],
}

safeguards.enforce(SimpleNamespace(**globals()))
