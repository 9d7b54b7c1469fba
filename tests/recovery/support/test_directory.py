"""The crisis directory: every entry leads somewhere, says so plainly, and names its source."""

from __future__ import annotations

import re
from datetime import date

import pytest

from recovery.support import rules
from recovery.support.rules import CrisisResource, Kind

ENTRIES = rules.load_directory()
FIRST_READING = date(2026, 11, 22)
every_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)

# Digits in groups, as people write them: "0 800 23 13 13", "1-800-662-4357", "*4141".
PHONE = re.compile(r"\*?\d(?:[ -]?\d){1,14}", re.ASCII)
# Language, script, region: enough of BCP 47 for a helpline.
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?", re.ASCII)
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)

# Those who earn from bets, drinks or clicks, and pages that anybody fills: what stands there may
# lead a person in need to whoever pays for it. Words of a host's name, and single hosts.
DOUBTFUL_WORDS = re.compile(
    r"betting|\bbets?\b|casino|i?gaming|poker|lotto|jackpot|\bslots?\b|odds|bookmaker|playbook"
    r"|offers|bonus|coupon|affiliate|deals|promo|\brehabs?\b"
    r"|blogspot|wordpress|wixsite|medium\.com|quora|reddit|facebook|docplayer|doczz|fdocuments"
)
DOUBTFUL_HOSTS = {
    *("alwaysmind.se", "crackittoday.com", "healthtopical.com", "hercampus.com", "upday.com"),
    *("jessicadiazdeleon.com", "jbcdepiriapolis.com.uy", "meikikai-home.com", "miragenews.com"),
    *("sbcamericas.com", "redcross-cmd.org", "theodysseyonline.com", "thirdsectorawards.com"),
    *("verbraucher-magazin.net", "viamedo.fr", "zsb-t.pl"),
}


def is_doubtful(host: str) -> bool:
    return bool(DOUBTFUL_WORDS.search(host)) or host.removeprefix("www.") in DOUBTFUL_HOSTS


def by_id(entry_id: str) -> CrisisResource:
    return next(entry for entry in ENTRIES if entry.id == entry_id)


@every_entry
def test_every_entry_names_its_source_and_the_day_it_was_read(entry: CrisisResource) -> None:
    assert "https://" in entry.source or "http://" in entry.source
    assert entry.verified_on >= FIRST_READING


@every_entry
def test_every_entry_offers_a_way_to_reach_somebody(entry: CrisisResource) -> None:
    assert entry.phone or entry.text_line or entry.url
    assert entry.service


@every_entry
def test_a_phone_number_can_be_dialled(entry: CrisisResource) -> None:
    assert not entry.phone or PHONE.fullmatch(entry.phone)


@every_entry
def test_a_text_line_says_where_to_write(entry: CrisisResource) -> None:
    assert not entry.text_line or re.search(r"\d{3}", entry.text_line)


@every_entry
def test_a_website_is_reached_over_https(entry: CrisisResource) -> None:
    assert not entry.url or entry.url.startswith("https://")


@every_entry
def test_languages_are_tags_that_an_app_can_read(entry: CrisisResource) -> None:
    assert entry.languages
    assert all(LANGUAGE.fullmatch(tag) for tag in entry.languages)


@every_entry
def test_an_id_is_a_slug_that_begins_with_its_country(entry: CrisisResource) -> None:
    assert SLUG.fullmatch(entry.id)
    assert entry.id.startswith(f"{entry.country.lower()}-")
    assert entry.country == rules.INTERNATIONAL or re.fullmatch(r"[A-Z]{2}", entry.country)


def test_no_two_entries_share_an_id() -> None:
    assert len({entry.id for entry in ENTRIES}) == len(ENTRIES)


def test_an_emergency_entry_is_a_short_number() -> None:
    emergencies = [entry for entry in ENTRIES if entry.kind is Kind.EMERGENCY]
    assert all(len(entry.phone) == 3 for entry in emergencies)


def test_a_referral_line_is_never_called_counselling() -> None:
    for entry in ENTRIES:
        if entry.kind is Kind.REFERRAL:
            shown = f"{entry.service} {entry.text_line} {entry.hours} {entry.note}".lower()
            assert "counsel" not in shown


def test_the_samhsa_helpline_is_labelled_as_referral() -> None:
    helpline = by_id("us-samhsa-helpline")
    assert helpline.kind is Kind.REFERRAL
    assert helpline.phone == "1-800-662-4357"
    assert "referral" in helpline.note
    others = [e for e in ENTRIES if "662-4357" in e.phone + e.note and e != helpline]
    assert others == []


def test_forty_five_countries_have_a_crisis_line_of_their_own() -> None:
    covered = {entry.country for entry in ENTRIES if entry.kind is Kind.CRISIS_LINE}
    americas = {"AR", "BR", "CA", "CL", "MX", "PE", "US", "UY"}
    europe = {"AT", "BE", "CH", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IT", "NL", "NO", "PL"}
    europe |= {"PT", "SE", "CZ", "EE", "GR", "HU", "IS", "LU", "SK", "UA"}
    elsewhere = {"AU", "HK", "IL", "IN", "JP", "KR", "MY", "NZ", "PH", "SG", "TH", "TW", "ZA"}
    assert covered >= americas | europe | elsewhere
    assert len(covered) == 45


def test_a_line_outside_the_european_union_does_not_borrow_its_number() -> None:
    with_112 = {e.country for e in ENTRIES if e.kind is Kind.EMERGENCY and e.phone == "112"}
    with_112.remove(rules.INTERNATIONAL)
    # The 27 members, and India, whose own emergency number it is.
    assert len(with_112) == 28
    assert with_112.isdisjoint({"GB", "CH", "NO", "US"})


def test_no_source_earns_from_what_people_seek_help_for() -> None:
    hosts = {host for entry in ENTRIES for host in re.findall(r"https?://([^/\s]+)", entry.source)}
    assert len(hosts) > 80
    assert [host for host in sorted(hosts) if is_doubtful(host)] == []


@pytest.mark.parametrize(
    "host",
    [
        "www.latestbettingoffers.co.uk",
        "completeigaming.com",
        "casino.org",
        "sbcamericas.com",
        "theplaybookusa.com",
        "healthtopical.com",
        "www.hercampus.com",
    ],
)
def test_a_source_of_a_doubtful_kind_would_be_found(host: str) -> None:
    assert is_doubtful(host)


@pytest.mark.parametrize("host", ["gluecksspiel-behoerde.de", "www.gamblinghelponline.org.au"])
def test_a_regulator_and_a_helpline_are_no_doubtful_sources(host: str) -> None:
    assert not is_doubtful(host)
