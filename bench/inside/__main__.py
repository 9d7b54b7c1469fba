"""``python -m bench.inside MODULE …``: run the module's ``main`` inside Django, print JSON."""

from __future__ import annotations

import importlib
import json
import sys

import django

if __name__ == "__main__":
    django.setup()
    print(json.dumps(importlib.import_module(sys.argv[1]).main(*sys.argv[2:])))
