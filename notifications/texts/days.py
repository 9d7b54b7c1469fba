"""A member's own days: check-ins, commitments, and being quiet."""

from __future__ import annotations

from notifications.wording import Language, Text, Texts

CHECK_IN_REMINDER: Texts = {
    Language.EN: Text("Time for your check-in", "A minute for yourself: how is today?"),
    Language.ES: Text("Hora de tu registro", "Un minuto para ti: ¿cómo va el día?"),
    Language.FR: Text("L’heure de ton point", "Une minute pour toi : comment ça va ?"),
    Language.DE: Text("Zeit für deinen Check-in", "Eine Minute für dich: Wie ist der Tag?"),
    Language.PT: Text("Hora do seu registro", "Um minuto para você: como está o dia?"),
}

COMMITMENT_DUE: Texts = {
    Language.EN: Text(
        "Something you promised yourself",
        "This is the time you chose for it. Say how it went whenever you are ready.",
    ),
    Language.ES: Text(
        "Algo que te prometiste",
        "Es la hora que elegiste. Cuenta cómo fue cuando quieras.",
    ),
    Language.FR: Text(
        "Une promesse que tu t’es faite",
        "C’est l’heure que tu avais choisie. Dis comment ça s’est passé quand tu veux.",
    ),
    Language.DE: Text(
        "Etwas, das du dir vorgenommen hast",
        "Jetzt ist die Zeit, die du dafür gewählt hast. Sag, wie es war, wenn es dir passt.",
    ),
    Language.PT: Text(
        "Algo que você prometeu a si",
        "É a hora que você escolheu. Conte como foi quando quiser.",
    ),
}

QUIET_AHEAD: Texts = {
    Language.EN: Text(
        "It has been quiet for a while",
        "In 12 hours the partners you chose hear that. Check in, or say “I’m okay” or “Not"
        " this time”, and nobody hears anything.",
    ),
    Language.ES: Text(
        "Hace un tiempo que no hay noticias tuyas",
        "En 12 horas lo sabrán las personas que elegiste. Haz tu registro o di «Estoy bien» o"
        " «Esta vez no», y nadie sabrá nada.",
    ),
    Language.FR: Text(
        "C’est calme depuis un moment",
        "Dans 12 heures, les personnes choisies l’apprendront. Fais ton point, ou dis « Ça va"
        " » ou « Pas cette fois », et personne n’en saura rien.",
    ),
    Language.DE: Text(
        "Es ist seit einer Weile still",
        "In 12 Stunden hören das die, die du gewählt hast. Checke ein oder sag „Mir geht es"
        " gut“ oder „Diesmal nicht“, und niemand hört etwas.",
    ),
    Language.PT: Text(
        "Faz um tempo que está tudo quieto",
        "Em 12 horas, quem você escolheu saberá disso. Faça seu registro ou diga “Estou bem”"
        " ou “Desta vez não”, e ninguém saberá de nada.",
    ),
}

PARTNER_QUIET: Texts = {
    Language.EN: Text(
        "A partner has been quiet",
        "They wanted you to hear of it. A short, kind word is enough.",
    ),
    Language.ES: Text(
        "Una de tus conexiones está en silencio",
        "Quería que lo supieras. Basta una palabra breve y amable.",
    ),
    Language.FR: Text(
        "L’un de tes liens est silencieux",
        "Tu devais l’apprendre, c’était son souhait. Un petit mot gentil suffit.",
    ),
    Language.DE: Text(
        "Um eine deiner Verbindungen ist es still",
        "Du solltest davon hören, das war der Wunsch. Ein kurzes, freundliches Wort genügt.",
    ),
    Language.PT: Text(
        "Uma de suas conexões está em silêncio",
        "Ela queria que você soubesse. Uma palavra breve e gentil basta.",
    ),
}
