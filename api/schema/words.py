"""What the document says in words: the introduction and the tags."""

# A line a paragraph or an item: some readers of Markdown keep the ends of lines.
DESCRIPTION = "\n".join(
    (
        "A backend for apps of people in recovery: days and clocks, check-ins, reminders, and "
        "partners who see exactly what was shared with them.",
        "",
        "**Conventions**",
        "",
        "- What you send is named `…Input`, what you get `…Output`. An input with a field that it "
        "does not know is refused; an output may gain fields.",
        "- Instants are UTC (`2026-11-22T08:00:00Z`); dates are the member's own local dates. "
        "Amounts of money and the like are exact decimals, written as text.",
        "- Ids are UUIDs. Where an input has an `id`, choose a UUIDv7 yourself: sending the same "
        "again after a lost answer then changes nothing.",
        "- An object that there is none of is left out; an enum says `none`. More enum values "
        'come with time: read one that you do not know as "other".',
        "- Long lists come in pages: pass `next_cursor` as `cursor` until it is null.",
        "",
        "**Signing in**",
        "",
        "- Send the access token as `Authorization: Bearer …`. It lives ten minutes; "
        "`POST /api/v1/auth/refresh` gives the next pair.",
        "",
        "**Errors**",
        "",
        "- Every error is a `Problem` (`application/problem+json`). Act by `client_action`, tell "
        "them apart by `code`: [all of them](/docs/problems).",
        "- Errors about requests for support name the crisis lines too, in a `Link` header with "
        '`rel="help"`.',
        "- Bodies are JSON of at most 64 KiB.",
        "",
    )
)
TAGS = {
    "Auth": "Joining, signing in and out, passwords; without a handle too.",
    "Sessions": "The devices that I am signed in on.",
    "Me": "My account and what opens it; taking all that is mine along, and deleting it.",
    "Today": "Everything a home screen needs in one call.",
    "Trackers": "What a member is recovering from (a clock) or cutting down on (a limit).",
    "Check-ins": "One record for each local date, the streak that they make, and pauses.",
    "Goals": "What a member wants, the steps towards it, and how far it has come.",
    "Commitments": "What a member promises, how its dates went, and who confirms it.",
    "Support": "Asking others for support, the plan for a hard moment, and whom to turn to.",
    "Partners": "Invites, partnerships, consents, and what a partner shows.",
    "Encouragements": "Kind words between partners, thanks for them, and help given in all.",
    "Reports": "Something that the operator of this server should look at.",
    "Blocks": "Those from whom I want nothing; they are never told.",
    "Groups": "People who meet under aliases: found, joined, run and left.",
    "Invites": "What a code opens: a partnership, or a group.",
    "Devices": "Installations of the app, and how pushes reach them.",
    "Reminders": "When a member wants to be asked for the check-in.",
    "Notifications": "The inbox: what a member has been told, with or without push.",
}
