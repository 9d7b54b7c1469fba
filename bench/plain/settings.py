"""Settings of the plain program: stock, JSON only, the database tuned as this program's own."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from api.config import addresses

SECRET_KEY = "a key for measuring, with which nothing of worth is signed"
DATABASES = {
    "default": addresses.database(
        name="DATABASE_URL", default=Path(os.environ["DATA_DIR"]) / "plain.sqlite3"
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "bench.plain",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]
ROOT_URLCONF = "bench.plain.urls"
ALLOWED_HOSTS = ["localhost"]
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
USE_I18N = False
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}
SIMPLE_JWT = {"ACCESS_TOKEN_LIFETIME": timedelta(minutes=10)}
