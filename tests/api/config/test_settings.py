"""Every wrong setting stops the process with a sentence that names it and repeats no secret."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

ROOT = Path(__file__).resolve().parent.parent.parent.parent
READ = """
import json
from django.core.exceptions import ImproperlyConfigured
try:
    from api.config import settings
except ImproperlyConfigured as error:
    print(json.dumps({"refused": str(error)}))
else:
    names = ("ALLOWED_HOSTS CELERY_BROKER_URL DATABASES FCM_BASE_URL HOST PORT TASK_WORKERS "
             "WEB_WORKERS EMAIL_BACKEND EMAIL_PORT").split()
    print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def read(data: Path, **environment: str) -> dict[str, object]:
    """Read the settings in a fresh process with this environment and nothing else."""
    done = subprocess.run(
        [sys.executable, "-c", READ],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(data), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def credentials(folder: Path, **changes: object) -> str:
    """Write a service account's file."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    account = {
        "type": "service_account",
        "project_id": "kind-reminders",
        "client_email": "sender@kind-reminders.example",
        "private_key": pem,
        "token_uri": "https://tokens.example/token",
        **changes,
    }
    path = folder / "account.json"
    path.write_text(json.dumps(account))
    return str(path)


def test_nothing_needs_to_be_set(tmp_path: Path):
    found = read(tmp_path / "data")
    assert found["HOST"] == "127.0.0.1"
    assert found["PORT"] == 8000
    assert found["CELERY_BROKER_URL"] == "filesystem://"
    assert found["WEB_WORKERS"] == 1
    assert found["DATABASES"]["default"]["NAME"] == str(tmp_path / "data" / "recovery.sqlite3")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "eighty", "PORT must be a whole number, not 'eighty'."),
        ("PORT", "0", "PORT must lie between 1 and 65535, not 0."),
        ("PORT", "65536", "PORT must lie between 1 and 65535, not 65536."),
        ("HOST", "api.example.org", "HOST must be an IP address to listen on"),
        ("HOST", "0.0.0.0", "HOST lets other machines in, but ALLOWED_HOSTS names only this one"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS must name the hosts"),
        ("ALLOWED_HOSTS", "https://api.example.org", "ALLOWED_HOSTS must be host names"),
        ("ALLOWED_HOSTS", "api.example.org:443", "ALLOWED_HOSTS must be host names"),
        ("ALLOWED_HOSTS", ",", "ALLOWED_HOSTS must be host names"),
        ("DATABASE_URL", "hunter2", "DATABASE_URL must be sqlite:///path or postgresql://"),
        ("DATABASE_URL", "mysql://a:hunter2@b/c", "DATABASE_URL must be sqlite:///path or"),
        ("DATABASE_URL", "postgresql://a:hunter2@b", "DATABASE_URL must be sqlite:///path or"),
        ("DATABASE_URL", "postgresql://a:hunter2@b:no/c", "DATABASE_URL must be sqlite:///path"),
        ("DATABASE_URL", "sqlite://:memory:", "DATABASE_URL must be a file"),
        ("DATABASE_URL", "sqlite:////nowhere/at/all/x.db", "a folder that does not exist"),
        ("CELERY_BROKER_URL", "memory://", "CELERY_BROKER_URL must be filesystem://"),
        ("CELERY_BROKER_URL", "redis://", "CELERY_BROKER_URL must be filesystem://"),
        ("CELERY_BROKER_URL", "redis://:hunter2@b:no/0", "CELERY_BROKER_URL must be filesystem://"),
        ("CELERY_BROKER_URL", "filesystem:///tmp", "CELERY_BROKER_URL must be filesystem://"),
        ("CELERY_BROKER_URL", "hunter2", "CELERY_BROKER_URL must be filesystem://"),
        ("FIREBASE_CREDENTIALS", "/nowhere.json", "FIREBASE_CREDENTIALS names no readable file."),
        ("FCM_BASE_URL", "http://127.0.0.1:9", "FCM_BASE_URL needs FIREBASE_CREDENTIALS"),
        ("SECRET_KEY", "hunter2", "SECRET_KEY must have at least 32 characters."),
        ("SEALING_KEYS", "hunter2", "SEALING_KEYS must be id:key pairs"),
        ("SEALING_KEYS", "k1:aHVudGVyMg", "SEALING_KEYS must be id:key pairs"),
        ("TOKEN_KEYS", ",", "TOKEN_KEYS holds no key."),
        ("EMAIL_URL", "http://b", "EMAIL_URL must be smtp://"),
        ("EMAIL_URL", "smtp://a:hunter2@b:no", "EMAIL_URL must be smtp://"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR."),
        ("ACCESS_LOG", "yes", "ACCESS_LOG must be 1 or 0, not 'yes'."),
        ("WEB_WORKERS", "0", "WEB_WORKERS must lie between 1 and 64, not 0."),
        ("WEB_THREADS", "none", "WEB_THREADS must be a whole number, not 'none'."),
        ("TASK_WORKERS", "65", "TASK_WORKERS must lie between 1 and 64, not 65."),
        ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES must lie between 0 and 8, not -1."),
    ],
)
def test_a_wrong_value_is_one_sentence(tmp_path: Path, name: str, value: str, sentence: str):
    refused = read(tmp_path / "data", **{name: value})["refused"]
    assert sentence in refused
    assert "\n" not in refused
    assert "hunter2" not in refused


@pytest.mark.parametrize(
    ("changes", "base_url", "sentence"),
    [
        ({"type": "authorized_user"}, "", "is not the file of a service account"),
        ({"project_id": ""}, "", "has no project_id"),
        ({"client_email": None}, "", "has no client_email"),
        ({"private_key": "hunter2"}, "", "holds no readable private_key"),
        ({"token_uri": "http://tokens.example"}, "", "token_uri must be https"),
        ({}, "http://127.0.0.1:9", "token_uri must be loopback too"),
        ({}, "https://push.example", "FCM_BASE_URL may only be a loopback address"),
        (
            {"token_uri": "http://127.0.0.1:9/token"},
            "http://127.0.0.1.example:9",
            "FCM_BASE_URL may only be a loopback address",
        ),
    ],
)
def test_push_needs_a_whole_service_account(
    tmp_path: Path, changes: dict[str, object], base_url: str, sentence: str
):
    path = credentials(tmp_path, **changes)
    found = read(tmp_path / "data", FIREBASE_CREDENTIALS=path, FCM_BASE_URL=base_url)
    assert sentence in found["refused"]
    assert "hunter2" not in found["refused"]


def test_a_loopback_push_server_is_taken(tmp_path: Path):
    path = credentials(tmp_path, token_uri="http://127.0.0.1:9/token")
    found = read(tmp_path / "data", FIREBASE_CREDENTIALS=path, FCM_BASE_URL="http://127.0.0.1:9/")
    assert found["FCM_BASE_URL"] == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("", "filesystem://"),
        ("filesystem://", "filesystem://"),
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
        ("valkey://:key@10.0.0.5/1", "redis://:key@10.0.0.5/1"),
        ("valkeys://10.0.0.5/1", "rediss://10.0.0.5/1"),
        ("amqps://u:p@broker.example//", "amqps://u:p@broker.example//"),
    ],
)
def test_brokers_go_by_the_names_that_celery_knows(tmp_path: Path, given: str, taken: str):
    assert read(tmp_path / "data", CELERY_BROKER_URL=given)["CELERY_BROKER_URL"] == taken


def test_postgresql_gets_two_web_processes_and_a_bounded_wait(tmp_path: Path):
    found = read(
        tmp_path / "data", DATABASE_URL="postgres://u:p%40@10.0.0.5/recovery?sslmode=require"
    )
    database = found["DATABASES"]["default"]
    assert database["PASSWORD"] == "p@"
    assert database["OPTIONS"] == {"sslmode": "require", "connect_timeout": 5}
    assert found["WEB_WORKERS"] == 2


def test_other_machines_are_let_in_by_name(tmp_path: Path):
    found = read(tmp_path / "data", HOST="0.0.0.0", ALLOWED_HOSTS="api.example.org, 10.0.0.5")
    assert found["ALLOWED_HOSTS"] == ["api.example.org", "10.0.0.5"]


def test_mail_goes_through_the_named_server(tmp_path: Path):
    found = read(tmp_path / "data", EMAIL_URL="smtp+tls://u:p@mail.example:2525")
    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert found["EMAIL_PORT"] == 2525


def test_a_data_folder_may_have_any_name(tmp_path: Path):
    odd = tmp_path / "a folder #1?"
    assert read(odd)["DATABASES"]["default"]["NAME"] == str(odd / "recovery.sqlite3")
