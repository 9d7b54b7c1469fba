"""The cast: alice owns, bob is her partner, charlie is a stranger to both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from api.auth import tokens
from recovery.members.models import Member, Session
from tests.contract import answers
from tests.factories import make_member, make_session


class MemberClient(APIClient):
    """A client that signs every request with a fresh access token of one session."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.signed_in = session

    def generic(self, *args: Any, **kwargs: Any) -> Any:
        """Send one request."""
        access = tokens.sign_access(
            session_id=self.signed_in.id, member_id=self.signed_in.member_id, now=timezone.now()
        )
        return super().generic(*args, **{"HTTP_AUTHORIZATION": f"Bearer {access}", **kwargs})


@pytest.fixture(autouse=True, scope="session")
def every_answer_is_as_written() -> Iterator[None]:
    """Whatever a test asks for, the answer keeps to the OpenAPI document."""
    with answers.checked(APIClient):
        yield


@pytest.fixture
def alice(db: None) -> Member:
    """The owner of what the test is about; her days are Berlin's."""
    return make_member(handle="alice", time_zone="Europe/Berlin")


@pytest.fixture
def bob(db: None) -> Member:
    """Alice's partner-to-be; his days are New York's."""
    return make_member(handle="bob", time_zone="America/New_York")


@pytest.fixture
def charlie(db: None) -> Member:
    """A stranger to both; his days are Auckland's."""
    return make_member(handle="charlie", time_zone="Pacific/Auckland")


@pytest.fixture
def client_of(db: None) -> Callable[[Member], APIClient]:
    """Make a client that is signed in as a member."""

    def make(member: Member) -> APIClient:
        return MemberClient(make_session(member=member))

    return make


@pytest.fixture
def as_alice(alice: Member, client_of: Callable[[Member], APIClient]) -> APIClient:
    """A client signed in as alice."""
    return client_of(alice)


@pytest.fixture
def as_bob(bob: Member, client_of: Callable[[Member], APIClient]) -> APIClient:
    """A client signed in as bob."""
    return client_of(bob)


@pytest.fixture
def as_charlie(charlie: Member, client_of: Callable[[Member], APIClient]) -> APIClient:
    """A client signed in as charlie."""
    return client_of(charlie)


@pytest.fixture
def anonymous() -> APIClient:
    """A client that is not signed in."""
    return APIClient()
