"""What apps send about requests for support."""

from __future__ import annotations

from rest_framework import serializers

from api.pages import PageQuery
from api.parsing import Id, Input, Text
from recovery.support.models import SupportAnswer
from recovery.support.requests.reading import Direction

# Never refused for its length by any hand that types: nobody in need is to count signs.
LONGEST_TEXT = 4000
LONGEST_MESSAGE = 1000
MOST_GROUPS = 20
ANSWERS = [
    (answer.value, answer.value) for answer in SupportAnswer if answer is not SupportAnswer.NONE
]


class SupportRequestInput(Input):
    """I need support now; all of it may be left out."""

    id = Id(required=False, help_text="A UUID of the app's choice (v7).")
    text = Text(
        max_length=LONGEST_TEXT,
        required=False,
        allow_blank=True,
        default="",
        help_text=(
            "What those who are asked are to know; stored sealed. Short is best, two lines on a "
            "phone, but do not cut off or refuse what is longer."
        ),
    )
    groups = serializers.ListField(
        child=Id(),
        max_length=MOST_GROUPS,
        required=False,
        default=list,
        help_text="Groups of mine whose owners and facilitators are asked too.",
    )


class SupportAnswerInput(Input):
    """Whether I can be there."""

    answer = serializers.ChoiceField(choices=ANSWERS)


class SupportMessageInput(Input):
    """A few words to the other side."""

    id = Id(required=False, help_text="A UUID of the app's choice (v7).")
    text = Text(max_length=LONGEST_MESSAGE, help_text="Stored sealed, deleted on closing.")
    to = Id(
        required=False,
        help_text="The thread. Whoever was asked has one only, and may leave it out.",
    )


class SupportRequestQuery(PageQuery):
    """My own requests, or those that I was asked by."""

    direction = serializers.ChoiceField(
        choices=[(one.value, one.value) for one in Direction], default=Direction.SENT.value
    )
