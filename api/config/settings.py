"""Every setting of the program, in one typed file.

Values come from the environment (README, "Settings"); what is wrong or unsafe raises
``ImproperlyConfigured`` with a sentence, and the process stops.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from api.config import addresses, environment
from notifications import service_account

VERSION = "0.1.0"
BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = Path(environment.text(name="DATA_DIR") or BASE_DIR / "var").expanduser().resolve()
environment.owner_only_folder(path=DATA_DIR)

# --- keys ---------------------------------------------------------------------------------------
_SECRETS = DATA_DIR / environment.SECRETS
SECRET_KEY = environment.text(name="SECRET_KEY") or environment.secret_file(
    path=_SECRETS / "django.key", fresh=lambda: secrets.token_urlsafe(48)
)
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY must have at least 32 characters.")
TOKEN_KEYS = environment.key_ring(name="TOKEN_KEYS", path=_SECRETS / "tokens.keys")
SEALING_KEYS = environment.key_ring(name="SEALING_KEYS", path=_SECRETS / "sealing.keys")

# --- the web ------------------------------------------------------------------------------------
DEBUG = False
HOST = addresses.bind_address(name="HOST")
PORT = environment.whole(name="PORT", default=8000, least=1, most=65535)
ALLOWED_HOSTS = addresses.allowed_hosts(
    name="ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]", bound_to=HOST
)
# How many proxies of ours stand in front: 0 means X-Forwarded-For is never believed.
TRUSTED_PROXIES = environment.whole(name="TRUSTED_PROXIES", default=0, least=0, most=8)
ROOT_URLCONF = "api.config.urls"
WSGI_APPLICATION = "api.config.wsgi.application"
APPEND_SLASH = False
USE_X_FORWARDED_HOST = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
X_FRAME_OPTIONS = "DENY"
# A day's check-in with a full note is under 8 KiB; 64 KiB leaves room and bounds the parser.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024

INSTALLED_APPS = [
    # The pages of the operator; api/operator says what is on them.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",  # operators only; members are not Django users
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "recovery",
    "notifications",
    "api",
]
MIDDLEWARE = [
    "api.access_log.AccessLog",
    "api.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "api.operator.middleware.OperatorPolicy",
    "api.operator.middleware.OperatorSessions",
    "api.operator.middleware.OperatorAuthentication",
    "api.operator.middleware.OperatorMessages",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "api" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [  # all of them for the operator's pages
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# --- operators (docs/decisions/0010-operators-are-not-members.md) ---------------------------------
# Always for TLS, which browsers waive for this machine itself; for the operator's addresses only.
SESSION_COOKIE_NAME = "operator"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/admin/"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 8 * 60 * 60  # a long shift; in seconds
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Behind a proxy with TLS the origin of a form is https, while we are asked without.
CSRF_TRUSTED_ORIGINS = addresses.secure_origins(hosts=ALLOWED_HOSTS)
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# --- the database -------------------------------------------------------------------------------
_database = addresses.database(name="DATABASE_URL", default=DATA_DIR / "recovery.sqlite3")
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False

# --- members and tokens -------------------------------------------------------------------------
PASSWORD_HASHERS = ["recovery.members.hashers.SlimArgon2"]
ACCESS_LIFETIME = timedelta(minutes=10)
# A session ends after 180 days unless the member signs in again; each refresh token lives 60 days.
REFRESH_LIFETIME = timedelta(days=60)
SESSION_LIFETIME = timedelta(days=180)
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": next(iter(TOKEN_KEYS.values())),
    "ACCESS_TOKEN_LIFETIME": ACCESS_LIFETIME,
    "REFRESH_TOKEN_LIFETIME": REFRESH_LIFETIME,
    "USER_ID_CLAIM": "sub",
    "AUDIENCE": "recovery-api",
    "ISSUER": "recovery-api",
    "LEEWAY": 30,
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.auth.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "api.schema.operations.Schema",
    "EXCEPTION_HANDLER": "api.problems.handle",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
    "COERCE_DECIMAL_TO_STRING": True,
    # There is one format, and no HTML about views: an OPTIONS request is a 405 like any other.
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_METADATA_CLASS": None,
    "DATETIME_FORMAT": "iso-8601",
}

# --- e-mail (an option: without EMAIL_URL it is off) ---------------------------------------------
EMAIL_URL = environment.text(name="EMAIL_URL")
EMAIL_FROM = environment.text(name="EMAIL_FROM", default="no-reply@localhost")
EMAIL_TIMEOUT = 10
_mail = environment.mail(name="EMAIL_URL")
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_TLS = _mail

# --- push ---------------------------------------------------------------------------------------
FIREBASE_CREDENTIALS = environment.file(name="FIREBASE_CREDENTIALS")
FCM_BASE_URL = environment.text(name="FCM_BASE_URL").rstrip("/") or None
if FCM_BASE_URL and not FIREBASE_CREDENTIALS:
    raise ImproperlyConfigured("FCM_BASE_URL needs FIREBASE_CREDENTIALS beside it.")
if FIREBASE_CREDENTIALS:
    try:
        service_account.check(path=FIREBASE_CREDENTIALS, base_url=FCM_BASE_URL)
    except ValueError as error:
        raise ImproperlyConfigured(f"FIREBASE_CREDENTIALS: {error}") from None
    environment.check_private_key(path=FIREBASE_CREDENTIALS)

# --- Celery -------------------------------------------------------------------------------------
BROKER_DIR = environment.owner_only_folder(path=DATA_DIR / "broker")
CELERY_BROKER_URL = addresses.broker(name="CELERY_BROKER_URL")
# How often the tick comes, and how long a worker may hold what it sends; only tests change them.
TICK_SECONDS = 15
LEASE_SECONDS = 60

# --- processes (docs/decisions/0001-server.md) ---------------------------------------------------
# SQLite has one writer whatever the number of processes; PostgreSQL gains from a second.
_on_sqlite = _database["ENGINE"].endswith("sqlite3")
WEB_WORKERS = environment.whole(
    name="WEB_WORKERS", default=1 if _on_sqlite else 2, least=1, most=64
)
WEB_THREADS = environment.whole(name="WEB_THREADS", default=16, least=1, most=256)
TASK_WORKERS = environment.whole(name="TASK_WORKERS", default=1, least=1, most=64)

# --- logs: no bodies, query strings, e-mails, tokens or notes, nor what exceptions say -----------
LOG_LEVEL = environment.text(name="LOG_LEVEL").upper() or "INFO"
if LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR"):
    raise ImproperlyConfigured("LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
ACCESS_LOG = environment.flag(name="ACCESS_LOG")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "api.config.logs.Formatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "api": {"level": LOG_LEVEL},
        "api.access": {"level": "INFO"},
        "recovery": {"level": LOG_LEVEL},
        "notifications": {"level": LOG_LEVEL},
        # It warns that a folder has no host name.
        "kombu.connection": {"level": "ERROR"},
        # Django's own request log names paths with ids and repeats what the problem answer says.
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
    },
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Recovery API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SORT_OPERATIONS": False,
    "PATH_CONVERTER_OVERRIDES": {
        "id": {"type": "string", "format": "uuid"},
        "local_date": {"type": "string", "format": "date"},
    },
    "SERVERS": [{"url": "/"}],
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["api.schema.document.finish"],
}
