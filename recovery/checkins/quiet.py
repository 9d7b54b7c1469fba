"""Being quiet: what a member chooses and answers, and the steps that the tick takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from recovery.calendar import queries as calendar
from recovery.calendar.rules import HOURS_WITHOUT_VERDICT, ZoneFact
from recovery.checkins import quiet_rules as rules
from recovery.checkins.events import QuietDaysChosen
from recovery.checkins.models import CheckIn
from recovery.checkins.quiet_models import (
    DEFAULT_DAYS,
    QuietAnswer,
    QuietSetting,
    QuietSpell,
    QuietTelling,
)
from recovery.checkins.quiet_queries import unanswered
from recovery.checkins.quiet_rules import Move
from recovery.kernel import changes, days, events
from recovery.members.models import Member
from recovery.partners.events import GrantsChanged
from recovery.sharing.models import Grant, Scope

TABLE = "quiet_settings"


def choose_days(*, member: Member, chosen: int, now: datetime) -> None:
    """Choose after how many dates without a check-in partners hear of it; 1 to 14."""
    with changes.write(member_id=member.id, now=now) as log:
        setting, is_new = QuietSetting.objects.get_or_create(
            member=member, defaults={"days": chosen}
        )
        if not is_new and setting.days == chosen:
            return
        if not is_new:
            setting.days = chosen
            setting.version += 1
            setting.save(update_fields=["days", "version"])
        log.add(table=TABLE, row_id=member.id, version=setting.version, fields=["days"])
        events.publish(fact=QuietDaysChosen(member_id=member.id, at=now))


def answer(*, member: Member, said: QuietAnswer, now: datetime) -> None:
    """Say that partners need not hear of this spell, up to the last moment; afterwards it ends it.

    Nothing happens when there is no such spell, or it was answered before.
    """
    today = calendar.today_of(member=member, now=now)
    # One statement, so that it goes before or after a tick that is telling partners right now. The
    # tick writes spells too, and locks no counter: like the inbox they stay outside the changes.
    mine = unanswered(member_id=member.id).values("id")
    with transaction.atomic():
        QuietSpell.objects.filter(id__in=mine, answer=QuietAnswer.NONE).update(
            answer=said, answered_on=today
        )


def heed_grants(fact: GrantsChanged) -> None:
    """Let silence count from today when the first consent to hear of it begins to hold."""
    given = Grant.objects.in_force(fact.at).filter(owner_id=fact.owner_id, scope=Scope.QUIET_ALERTS)
    found = list(given.values_list("granted_at", "renews__expires_at"))
    if not found:
        return
    goes_on = any(
        granted_at < fact.at or (renewed_until is not None and renewed_until > fact.at)
        for granted_at, renewed_until in found
    )
    setting, _ = QuietSetting.objects.get_or_create(member_id=fact.owner_id)
    if goes_on and setting.since is not None:
        return
    member = Member.objects.get(id=fact.owner_id)
    setting.since = calendar.today_of(member=member, now=fact.at)
    setting.save(update_fields=["since"])


@dataclass(frozen=True, slots=True)
class Days:
    """Whose silence is looked at, and where their days lie."""

    member_id: UUID
    zone: str
    day_start_hour: int


@dataclass(frozen=True, slots=True)
class Told:
    """A partner who is to hear of a spell."""

    partnership_id: UUID
    viewer_id: UUID


@dataclass(frozen=True, slots=True)
class Taken:
    """What was found and done about one member's silence; of nobody's concern without a next look.

    ``announced`` is the spell that the member is to hear of, ``told`` who is to hear of it besides.
    """

    again_at: datetime | None = None
    announced: UUID | None = None
    told: Sequence[Told] = ()


def take_steps(
    *,
    members: Sequence[Days],
    out_until: datetime | None,
    unheard: Callable[[Collection[UUID]], set[UUID]],
    now: datetime,
) -> dict[UUID, Taken]:
    """Look at these members' silence and take the step that is due: announce it, or tell partners.

    ``unheard`` returns those of some announced spells whose announcement was held up by us. To be
    called in a transaction; locks the members' spells and no counter. The same number of queries
    however many members.
    """
    listed = {one.member_id: one for one in members}
    held, consents = _consents(listed, now=now)
    watched = {id_: one for id_, one in listed.items() if id_ in consents}
    silences, spells = _silences(watched, out_until=out_until, unheard=unheard, now=now)
    # What is paused or hidden just now may be heard again: looked at from tomorrow on.
    tomorrow = now + timedelta(days=1)
    taken = {id_: Taken(again_at=tomorrow if id_ in held else None) for id_ in listed}
    fresh: list[QuietSpell] = []
    announced: list[QuietSpell] = []
    told: list[QuietSpell] = []
    for member_id, silence in silences.items():
        step = rules.next_step(silence, now=now)
        spell = spells.get(member_id) or QuietSpell(member_id=member_id, after=silence.after)
        if step.move is Move.ANNOUNCE:
            spell.announced_at = now
            (announced if member_id in spells else fresh).append(spell)
            taken[member_id] = Taken(again_at=step.again_at, announced=spell.id)
        elif step.move is Move.TELL:
            spell.told_at = now
            told.append(spell)
            # Looked at again from tomorrow on: a check-in may begin the next spell.
            taken[member_id] = Taken(again_at=tomorrow, told=consents[member_id])
        else:
            taken[member_id] = Taken(again_at=step.again_at)
    QuietSpell.objects.bulk_create(fresh)
    QuietSpell.objects.bulk_update(announced, ["announced_at"])
    QuietSpell.objects.filter(id__in=[spell.id for spell in told]).update(told_at=now)
    QuietTelling.objects.bulk_create(
        QuietTelling(spell=spell, partnership_id=one.partnership_id)
        for spell in told
        for one in consents[spell.member_id]
    )
    return taken


def _consents(
    listed: Collection[UUID], *, now: datetime
) -> tuple[set[UUID], Mapping[UUID, list[Told]]]:
    """Return who consents to be heard of at all, and by member the partners who may hear now."""
    given = Grant.objects.in_force(now).filter(owner_id__in=listed, scope=Scope.QUIET_ALERTS)
    held = given.filter(partnership__ended_at__isnull=True).values_list("owner_id", flat=True)
    found: defaultdict[UUID, list[Told]] = defaultdict(list)
    grants = Grant.objects.showing(now).filter(owner_id__in=listed, scope=Scope.QUIET_ALERTS)
    for owner_id, partnership_id, viewer_id in grants.order_by("granted_at", "id").values_list(
        "owner_id", "partnership_id", "viewer_id"
    ):
        found[owner_id].append(Told(partnership_id, viewer_id))
    return set(held), found


def _silences(
    watched: Mapping[UUID, Days],
    *,
    out_until: datetime | None,
    unheard: Callable[[Collection[UUID]], set[UUID]],
    now: datetime,
) -> tuple[dict[UUID, rules.Silence], dict[UUID, QuietSpell]]:
    if not watched:
        return {}, {}
    chosen = {row.member_id: row for row in QuietSetting.objects.filter(member_id__in=watched)}
    after = _signs_of_life(watched, chosen=chosen, now=now)
    pauses = calendar.bridges_of(
        member_ids=watched.keys(), first=min(after.values()), last=date.max
    )
    facts = calendar.recent_facts(
        member_ids=watched, since=now - timedelta(hours=HOURS_WITHOUT_VERDICT)
    )
    locked = QuietSpell.objects.filter(member_id__in=watched, after__in=set(after.values()))
    spells = {
        spell.member_id: spell
        for spell in locked.order_by("id").select_for_update()
        if spell.after == after[spell.member_id]
    }
    late = unheard([spell.id for spell in spells.values() if spell.announced_at is not None])
    silences = {}
    for member_id, one in watched.items():
        spell = spells.get(member_id)
        silences[member_id] = rules.Silence(
            after=after[member_id],
            days=chosen[member_id].days if member_id in chosen else DEFAULT_DAYS,
            pauses=pauses.get(member_id, []),
            facts=facts.get(member_id) or [ZoneFact(now, one.zone, one.day_start_hour)],
            over=spell is not None
            and (spell.told_at is not None or spell.answer != QuietAnswer.NONE),
            announced_at=spell.announced_at if spell else None,
            heard=spell is None or spell.id not in late,
            out_until=out_until,
        )
    return silences, spells


def _signs_of_life(
    watched: Mapping[UUID, Days], *, chosen: Mapping[UUID, QuietSetting], now: datetime
) -> dict[UUID, date]:
    """Return, by member, the last date with a check-in, an "I'm okay" or the first consent."""
    check_ins = CheckIn.objects.filter(member_id__in=watched, deleted_at__isnull=True)
    okay = QuietSpell.objects.filter(member_id__in=watched, answer=QuietAnswer.IM_OKAY)
    last = dict(check_ins.values_list("member_id").annotate(last=Max("local_date")))
    fine = dict(okay.values_list("member_id").annotate(last=Max("answered_on")))
    found = {}
    for member_id, one in watched.items():
        since = chosen[member_id].since if member_id in chosen else None
        signs = [day for day in (last.get(member_id), fine.get(member_id), since) if day]
        today = days.local_date(now, zone=one.zone, day_start_hour=one.day_start_hour)
        found[member_id] = max(signs, default=today)
    return found
