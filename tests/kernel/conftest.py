"""Settings of a safe installation, which the checks pass."""

import pytest

ADDRESSES = [
    "SHORELINE_ADDRESS",
    "SEAGULL_ADDRESS",
    "GATEKEEPER_ADDRESS",
    "AUTH_ADDRESS",
    "DATA_ADDRESS",
]
SAFE = {
    "DEBUG": False,
    "SECRET_KEY": "one of our own, which is long and random",
    "AUDIT_KEY": "another of our own, which is long and random",
    "ALLOWED_HOSTS": ["clinics.example.org"],
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "HTTPS": True,
    "WEBAPP_URL": "https://app.example.org",
    "WEBAPP_URL_IS_SET": True,
    "APPLICATION_URL": "https://clinics.example.org",
    "ASSET_URL": "https://clinics.example.org/static",
    "CLIENT_ADDRESS_HEADER": "none",
    "REDIS_URL": "rediss://:secret@redis.example.org/0",
    "MONGODB_URI": "mongodb://clinics:secret@mongodb.example.org/",
    "LOG_LEVEL": "INFO",
    "SERVER_TOKEN_SECRET": "a secret of our own",
    "SERVICE_SECRET": "",
    "STAFF_SECOND_FACTOR": "required",
    "ENVIRONMENT": "production",
    "SIDE_EFFECTS_IS_SET": True,
    "METRICS_TOKEN": "a token of our Prometheus",
    **dict.fromkeys(ADDRESSES, "http://service"),
}
SAFE_XEALTH = {
    "enabled": True,
    "bearer_token": "a bearer token of our own",
    "client_id": "client-1",
    "client_secret": "a secret of Xealth's",
    "token_url": "https://auth.example.org/oauth2/token",
    "base_url": "https://api.example.org/v2",
}


@pytest.fixture
def safe(settings):
    for name, value in SAFE.items():
        setattr(settings, name, value)
    settings.REDOX = {**settings.REDOX, "verification_token": "a token of our own"}
    settings.XEALTH = {**settings.XEALTH, **SAFE_XEALTH}
    return settings
