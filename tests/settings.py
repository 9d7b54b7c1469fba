"""The program's settings with a throw-away data folder and a fast password hash."""

import atexit
import os
import shutil
import tempfile

if "DATA_DIR" not in os.environ:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="recovery-tests-")
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
os.environ.setdefault("ALLOWED_HOSTS", "testserver,localhost,127.0.0.1")

from api.config.settings import *  # noqa: F403

# Argon2 with the least work: the hash is the library's matter, its cost is not ours to test.
PASSWORD_HASHERS = ["tests.hashers.QuickArgon2"]

# In a file, as in real life: SQLite in memory has other locks, and no write-ahead log.
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "tests.sqlite3")}  # noqa: F405
