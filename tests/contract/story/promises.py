"""One promises, answers, eases; a partner confirms; a group cheers."""

from __future__ import annotations

from typing import Any

from recovery.kernel.ids import new_id
from tests.contract.story.people import Story


def promise(story: Story) -> None:
    """They are partners already, and meet in a group once more."""
    (link,) = story.say(story.me, "listPartners")["items"]
    walk = {
        "id": str(new_id()),
        "title": "A walk before work",
        "cadence": "times_per_week",
        "times_per_week": 3,
        "reminder_time": "07:30",
        "confirmer": link["id"],
    }
    story.later()
    create = "createCommitment"
    made = story.say(story.me, create, asks="Three times a week", gets="Promised", body=walk)
    story.say(story.me, create, gets="The same, sent again", body=walk)
    dose = {
        "title": "My morning dose",
        "kind": "dose",
        "cadence": "daily",
        "reminder_time": "08:00",
    }
    story.later()
    story.say(story.me, create, asks="Medication taken as prescribed, every day", body=dose)
    at = {"commitment_id": walk["id"]}
    today = made["start"]
    _answer(story, at, today)
    story.say(
        story.me,
        "replaceGrants",
        asks="One commitment",
        body={"grants": [{"scope": "commitments", "commitment": walk["id"]}]},
        partner_id=link["id"],
    )
    _confirm(story, {**at, "partner_id": link["id"], "local_date": today})
    story.say(story.me, "getCommitmentEntry", gets="Kept, and confirmed", local_date=today, **at)
    _before_a_group(story, walk["id"])
    story.say(
        story.me,
        "updateCommitment",
        asks="Twice a week from now on",
        gets="In seven days; until then three times",
        body={"times_per_week": 2},
        **at,
    )
    story.say(story.me, "getCommitment", gets="With what is pending", **at)
    story.say(story.me, "getToday", gets="A commitment that waits for an answer")
    story.later()
    story.say(story.me, "withdrawCommitmentEntry", local_date=today, **at)
    story.say(story.me, "deleteCommitment", **at)


def _answer(story: Story, at: dict[str, str], today: str) -> None:
    said = {"state": "kept", "note": "Along the river, in the rain."}
    put = "putCommitmentEntry"
    story.later()
    story.say(story.me, put, asks="Kept", gets="Stored", body=said, local_date=today, **at)
    story.say(story.me, put, gets="The same, sent again", body=said, local_date=today, **at)
    story.say(story.me, "listCommitmentEntries", gets="One that was kept", **at)
    story.say(story.me, "listCommitments", gets="A dose, and one to be confirmed")
    story.say(
        story.me,
        "listOccurrences",
        gets="This week",
        query={"from": today, "to": today},
        **at,
    )


def _confirm(story: Story, at: dict[str, str]) -> None:
    story.later()
    story.say(story.guest, "confirmCommitmentEntry", gets="Confirmed", **at)
    story.say(story.guest, "confirmCommitmentEntry", gets="The same, sent again", **at)
    story.later()
    story.say(story.guest, "withdrawConfirmation", **at)
    story.later()
    story.say(story.guest, "confirmCommitmentEntry", **at)


def _before_a_group(story: Story, commitment_id: str) -> None:
    look: dict[str, Any] = {"symbol": "boat", "colour": "orange", "shown": True}
    group = story.say(
        story.me,
        "createGroup",
        body={
            "name": "Early walkers",
            "focus": "any",
            "format": "in_person",
            "time_zone": "Europe/Berlin",
            "join_policy": "open",
            "listed": True,
            "me": {"alias": "Lark", **look},
        },
    )
    at = {"group_id": group["id"]}
    story.say(
        story.guest, "joinGroup", body={"alias": "Wren", **look, "guidelines_version": 1}, **at
    )
    story.later()
    body = {"id": str(new_id()), "commitment": commitment_id}
    create = "createGroupCommitment"
    story.say(story.me, create, asks="One of mine", gets="Made to the group", body=body, **at)
    story.say(story.me, create, gets="The same, sent again", body=body, **at)
    which = {**at, "group_commitment_id": body["id"]}
    story.later()
    story.say(story.guest, "cheerGroupCommitment", gets="Heard", **which)
    story.say(story.guest, "cheerGroupCommitment", gets="Once a day is enough", **which)
    story.say(story.guest, "listGroupCommitments", gets="Another's", **at)
    story.say(story.me, "listGroupCommitments", gets="My own, and who cheered", **at)
    story.later()
    story.say(story.me, "removeGroupCommitment", **which)
    story.say(story.me, "closeGroup", **at)
