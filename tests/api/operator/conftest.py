"""An operator, and something for them to look at."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from recovery.members.models import Member
from recovery.reports import services
from recovery.reports.models import Report, ReportReason, ReportSubject
from tests.partnering import NOW, make_partners

PASSWORD = "four-grey-lanterns"


@pytest.fixture
def ona(db: None) -> User:
    """An operator who looks after reports and makes no other operators."""
    return User.objects.create_user("ona", password=PASSWORD, is_staff=True)


@pytest.fixture
def as_ona(ona: User) -> Client:
    """A browser in which ona is signed in."""
    client = Client()
    client.force_login(ona)
    return client


@pytest.fixture
def reported(alice: Member, bob: Member) -> Report:
    """Alice reported bob, her partner."""
    made, _ = services.report(
        member=alice,
        report_id=None,
        kind=ReportSubject.MEMBER,
        subject_id=make_partners(alice, bob).id,
        reason=ReportReason.PRESSURE,
        text="He wants my house keys",
        now=NOW,
    )
    return made
