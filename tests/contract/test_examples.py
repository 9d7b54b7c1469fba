"""The document's examples: recorded from a story that an app might tell, complete, and valid.

After a change on purpose: ``RECORD_EXAMPLES=1 ./run test tests/contract/test_examples.py``, then
``./run manage spectacular --file openapi.yaml``.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
import time_machine

from api.archives import MEDIA_TYPE
from api.schema import examples
from tests.contract import story
from tests.contract.document import document, faults, operations, resolved
from tests.contract.recording import Recorder

MORNING = "2026-11-22T08:00:00Z"


@pytest.mark.django_db
def test_the_examples_are_what_the_api_answers(settings: Any) -> None:
    settings.EMAIL_URL = "smtp://mail.example.org"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    recorder = Recorder()
    with time_machine.travel(MORNING, tick=False) as clock:
        story.tell(recorder, clock)
    if os.environ.get("RECORD_EXAMPLES"):
        text = json.dumps(dict(sorted(recorder.found.items())), indent=1, ensure_ascii=False)
        examples.PATH.write_text(text + "\n", encoding="utf-8")
        examples.recorded.cache_clear()
    committed = examples.recorded()
    assert sorted(recorder.found) == sorted(operations())
    for name, found in recorder.found.items():
        assert json.loads(json.dumps(found)) == committed.get(name), name


def shown() -> list[tuple[str, dict[str, Any]]]:
    """Every body of the document, with where it stands."""
    found = []
    for name, operation in operations().items():
        if "requestBody" in operation.body:
            found.append((f"{name} request", operation.body["requestBody"]))
        for status, response in operation.body["responses"].items():
            if "content" in resolved(response):
                found.append((f"{name} {status}", resolved(response)))
    return found


def test_every_body_of_the_document_has_an_example_and_each_is_valid() -> None:
    without, wrong = [], []
    for where, node in shown():
        for media, content in node["content"].items():
            if media == MEDIA_TYPE:
                continue  # an archive is not shown
            given = [resolved(one)["value"] for one in content.get("examples", {}).values()]
            if not given:
                without.append(where)
            wrong += [
                f"{where}: {one}" for value in given for one in faults(value, content["schema"])
            ]
    assert without == []
    assert wrong == []


def test_the_examples_hold_nothing_that_chance_decided() -> None:
    text = json.dumps(document()["paths"])
    assert "019aaa15-0001-7c31-9b1e-5f0a4c2d7e10" in text
    assert "…" in examples.recorded()["register"]["answers"]["201"][0]["value"]["access"]
