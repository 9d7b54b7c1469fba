"""``manage.py load_demo``: a group of made-up members, and tokens to look around with."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from api.demo import cast, group
from api.demo.people import DAYS
from api.serving import programs
from recovery.members.refusals import HandleTaken


class Command(BaseCommand):
    """Load the group once; print tokens of ten minutes every time."""

    help = "Load a demo group with 120 days of history (once) and print tokens for it."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what is not there and print how to get in."""
        now = timezone.now()
        password = group.password(data_dir=settings.DATA_DIR)
        try:
            if not group.is_loaded(password=password):
                group.load(password=password, now=now, say=self._say)
        except (group.NotOurs, HandleTaken) as refused:
            raise CommandError(f"The demo group cannot be loaded here: {refused}") from None
        lead, partner = (
            group.enter(handle=person.handle, password=password, now=timezone.now())
            for person in (cast.LEAD, cast.PARTNER)
        )
        address = f"{programs.base_url()}/api/v1"
        self.stdout.write(
            f"  demo    {len(cast.PEOPLE)} members, {DAYS} days; the tokens live ten minutes, "
            "./run manage load_demo prints new ones\n"
            f"{_curl(lead.access, f'{address}/today')}\n"
            f"          is {lead.handle}'s home screen; their partner {partner.handle} has\n"
            f"{_curl(partner.access, f'{address}/today')}\n"
            f"          to sign in: password {password} with one of the handles\n"
            f"          {', '.join(person.handle for person in cast.PEOPLE)}"
        )

    def _say(self, line: str) -> None:
        # Not to stdout: whoever calls this wants the tokens from there.
        self.stderr.write(f"  {line}", style_func=str)
        self.stderr.flush()


def _curl(access: str, url: str) -> str:
    return f'  curl -H "Authorization: Bearer {access}" {url}'
