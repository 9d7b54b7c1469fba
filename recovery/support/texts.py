"""What a member reads in a hard moment, in five languages, with the source of every warning.

Plain and kind, without blame; no brand, no dose, no promise. A translation says what the English
says. Who is shown which text, and when, is decided in ``rules``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

DEFAULT_LANGUAGE = "en"
LANGUAGES = ("en", "es", "fr", "de", "pt")


class Moment(StrEnum):
    """When a safety text is due."""

    AFTER_USE = "after_use"
    STARTING = "starting"


@dataclass(frozen=True, slots=True)
class SafetyText:
    """One warning that may save a life, and when it is shown."""

    key: str
    moments: frozenset[Moment]
    texts: Mapping[str, str]


HELP_INTRO: Mapping[str, str] = {
    "en": (
        "Thank you for saying how it is. You do not have to carry this alone: here is your own "
        "plan, and people who answer. If your life is in danger, call the emergency number."
    ),
    "es": (
        "Gracias por decir cómo estás. No tienes que llevarlo en soledad: aquí están tu propio "
        "plan y personas que responden. Si tu vida corre peligro, llama al número de emergencias."
    ),
    "fr": (
        "Merci de dire où tu en es. Tu n’as pas à porter cela dans la solitude : voici ton propre "
        "plan et des personnes qui répondent. Si ta vie est en danger, appelle les urgences."
    ),
    "de": (
        "Danke, dass du sagst, wie es ist. Du musst das nicht allein tragen: Hier sind dein "
        "eigener Plan und Menschen, die antworten. Bei Lebensgefahr wähle den Notruf."
    ),
    "pt": (
        "Agradecemos que diga como está. Não tem de carregar isto na solidão: aqui estão o seu "
        "próprio plano e pessoas que respondem. Se a sua vida corre perigo, ligue para a "
        "emergência."
    ),
}

# After ten minutes in which nobody could be there. No reproach of those who were asked, either:
# who that was is not told.
NO_ANSWER_INTRO: Mapping[str, str] = {
    "en": (
        "No answer yet. That says nothing about you: people sleep, work, or do not see their "
        "phone, and somebody may still answer. Until then, here are people whose work it is to "
        "answer, and your own plan. If your life is in danger, call the emergency number."
    ),
    "es": (
        "Aún no hay respuesta. Eso no dice nada de ti: la gente duerme, trabaja o no ve el "
        "teléfono, y todavía puede responder alguien. Mientras tanto, aquí están personas cuyo "
        "trabajo es responder, y tu propio plan. Si tu vida corre peligro, llama al número de "
        "emergencias."
    ),
    "fr": (
        "Pas encore de réponse. Cela ne dit rien de toi : les gens dorment, travaillent ou ne "
        "voient pas leur téléphone, et quelqu’un peut encore répondre. D’ici là, voici des "
        "personnes dont c’est le travail de répondre, et ton propre plan. Si ta vie est en "
        "danger, appelle les urgences."
    ),
    "de": (
        "Noch keine Antwort. Das sagt nichts über dich: Menschen schlafen, arbeiten oder sehen "
        "ihr Telefon nicht, und es kann noch jemand antworten. Bis dahin sind hier Menschen, "
        "deren Aufgabe es ist zu antworten, und dein eigener Plan. Bei Lebensgefahr wähle den "
        "Notruf."
    ),
    "pt": (
        "Ainda não há resposta. Isso não diz nada sobre si: as pessoas dormem, trabalham ou não "
        "veem o telefone, e alguém ainda pode responder. Até lá, aqui estão pessoas cujo trabalho "
        "é responder, e o seu próprio plano. Se a sua vida corre perigo, ligue para a emergência."
    ),
}

# For whoever was asked for support. Emergency services only where a life is in danger: peer
# guidance urges caution before others are sent to somebody's door.
HELPING_INTRO: Mapping[str, str] = {
    "en": (
        "Thank you for being there. You do not have to solve anything: listening, and saying "
        "honestly what you can do, is a lot. If their life is in danger, ask them to call the "
        "emergency number where they are, or call it yourself if you know where that is. The "
        "lines here are those where you are, and they are for you too."
    ),
    "es": (
        "Gracias por estar ahí. No tienes que resolver nada: escuchar, y decir con sinceridad qué "
        "puedes hacer, ya es mucho. Si su vida corre peligro, pídele que llame al número de "
        "emergencias de donde está, o llama tú si sabes dónde es. Las líneas de aquí son las de "
        "donde estás tú, y también son para ti."
    ),
    "fr": (
        "Merci d’être là. Tu n’as rien à résoudre : écouter, et dire honnêtement ce que tu peux "
        "faire, c’est déjà beaucoup. Si sa vie est en danger, demande-lui d’appeler les urgences "
        "là où elle ou il se trouve, ou appelle toi-même si tu sais où c’est. Les lignes indiquées "
        "ici sont celles de l’endroit où tu es, et elles sont aussi pour toi."
    ),
    "de": (
        "Danke, dass du da bist. Du musst nichts lösen: Zuhören und ehrlich sagen, was du tun "
        "kannst, ist viel. Ist ein Leben in Gefahr, dann bitte die Person, dort, wo sie ist, den "
        "Notruf zu wählen, oder wähle ihn selbst, wenn du weißt, wo das ist. Die Stellen hier sind "
        "die an deinem Ort, und sie sind auch für dich da."
    ),
    "pt": (
        "Agradecemos que esteja presente. Não tem de resolver nada: ouvir, e dizer com "
        "sinceridade o que pode fazer, já é muito. Se a vida da pessoa corre perigo, peça-lhe que "
        "ligue para a emergência onde está, ou ligue você se souber onde é. As linhas aqui são as "
        "do lugar onde você está, e também são para si."
    ),
}

# Opioids. Reduced tolerance (after withdrawal treatment, hospital, prison) and other sedating
# substances raise the risk of overdose: Strang 2003, Binswanger 2007, Merrall 2010 and others, as
# collected at scite.ai/reports/risk-factors-for-opioid-overdose-ejvxAwr. Naloxone given in time
# prevents death: WHO, "Opioid overdose", key facts, 29 August 2023.
_OPIOIDS = SafetyText(
    key="opioids_tolerance",
    moments=frozenset({Moment.AFTER_USE}),
    texts={
        "en": (
            "After a break your body tolerates less than before: an amount that used to be usual "
            "can now stop your breathing. If you might use again, please not alone, much less "
            "than before, not together with alcohol, benzodiazepines or other sedatives, and "
            "with naloxone within reach. If somebody cannot be woken or hardly breathes: call "
            "the emergency number, give naloxone, stay with them."
        ),
        "es": (
            "Después de una pausa tu cuerpo tolera menos que antes: una cantidad que antes era "
            "habitual puede ahora detener tu respiración. Si es posible que vuelvas a consumir, "
            "por favor que no sea a solas, mucho menos que antes, sin alcohol, benzodiacepinas "
            "ni otros sedantes, y con naloxona a mano. Si alguien no despierta o apenas "
            "respira: llama al número de emergencias, da naloxona y quédate a su lado."
        ),
        "fr": (
            "Après une pause, ton corps tolère moins qu’avant : une quantité qui était habituelle "
            "peut maintenant arrêter ta respiration. S’il est possible que tu consommes encore, "
            "s’il te plaît pas sans quelqu’un près de toi, beaucoup moins qu’avant, sans alcool, "
            "benzodiazépines ni autres sédatifs, et avec de la naloxone à portée de main. Si une "
            "personne ne se réveille pas ou respire à peine : appelle les urgences, donne de la "
            "naloxone, reste près d’elle."
        ),
        "de": (
            "Nach einer Pause verträgt dein Körper weniger als vorher: Eine früher gewohnte Menge "
            "kann jetzt die Atmung anhalten. Falls du wieder konsumieren könntest: bitte nicht "
            "allein, viel weniger als früher, nicht zusammen mit Alkohol, Benzodiazepinen oder "
            "anderen Beruhigungsmitteln und mit Naloxon in Reichweite. Wenn jemand nicht "
            "aufwacht oder kaum atmet: Notruf wählen, Naloxon geben, dableiben."
        ),
        "pt": (
            "Depois de uma pausa o seu corpo tolera menos do que antes: uma quantidade que era "
            "costume pode agora parar a sua respiração. Se for possível que volte a consumir, "
            "por favor não a sós, muito menos do que antes, sem álcool, benzodiazepinas ou "
            "outros sedativos, e com naloxona à mão. Se alguém não acorda ou mal respira: ligue "
            "para a emergência, dê naloxona e fique junto da pessoa."
        ),
    },
)

# Alcohol. "People who are clinically alcohol dependent can die if they suddenly, completely stop
# drinking"; fits, shaking hands, seeing things that are not real: talk to a doctor or the local
# service first; with severe symptoms call emergency: alcoholchange.org.uk, "Alcohol withdrawal".
# Likewise drinkaware.co.uk, "Alcohol withdrawal symptoms".
_ALCOHOL = SafetyText(
    key="alcohol_stopping_suddenly",
    moments=frozenset({Moment.AFTER_USE, Moment.STARTING}),
    texts={
        "en": (
            "If you drink a lot every day, stopping suddenly can be dangerous, even "
            "life-threatening. Please ask a doctor or an alcohol service before you stop or cut "
            "down fast: they can make it safe. With a seizure, strong shaking, confusion, or "
            "seeing things that are not there, call the emergency number now."
        ),
        "es": (
            "Si bebes mucho todos los días, dejarlo de golpe puede ser peligroso, incluso para la "
            "vida. Por favor, pregunta a un médico o a un servicio especializado antes de dejarlo "
            "o de reducir deprisa: pueden hacerlo seguro. Con convulsiones, temblores fuertes, "
            "confusión o si ves cosas que no están, llama ya al número de emergencias."
        ),
        "fr": (
            "Si tu bois beaucoup chaque jour, arrêter d’un coup peut être dangereux, même "
            "mortel. S’il te plaît, demande conseil à un médecin ou à un service spécialisé avant "
            "d’arrêter ou de réduire vite : c’est ainsi que cela se fait en sécurité. En cas de "
            "convulsions, de forts tremblements, de confusion ou si tu vois des choses qui ne "
            "sont pas là, appelle tout de suite les urgences."
        ),
        "de": (
            "Wenn du täglich viel trinkst, kann plötzliches Aufhören gefährlich sein, sogar "
            "lebensgefährlich. Bitte frag eine Ärztin, einen Arzt oder eine Beratungsstelle, "
            "bevor du aufhörst oder schnell weniger trinkst: So geht es sicher. Bei einem "
            "Krampfanfall, starkem Zittern, Verwirrtheit oder wenn du Dinge siehst, die nicht da "
            "sind, wähle sofort den Notruf."
        ),
        "pt": (
            "Se bebe muito todos os dias, parar de repente pode ser perigoso, até para a vida. "
            "Por favor, fale com um médico ou com um serviço especializado antes de parar ou de "
            "reduzir depressa: assim é seguro. Com convulsões, tremores fortes, confusão ou se "
            "vir coisas que não estão lá, ligue já para a emergência."
        ),
    },
)

# Benzodiazepines. "Physical dependence can occur when benzodiazepines are taken steadily for
# several days to weeks, even as prescribed. Stopping them abruptly or reducing the dosage too
# quickly can result in withdrawal reactions, including seizures, which can be life-threatening":
# US Food and Drug Administration, Drug Safety Communication of 23 September 2020 (fda.gov).
_BENZODIAZEPINES = SafetyText(
    key="benzodiazepines_stopping_suddenly",
    moments=frozenset({Moment.AFTER_USE, Moment.STARTING}),
    texts={
        "en": (
            "If you take benzodiazepines every day, also as prescribed, stopping suddenly or "
            "cutting down fast can be dangerous, even life-threatening. Please ask a doctor "
            "before you change the amount: together you can plan small steps. With a seizure or "
            "confusion, call the emergency number now."
        ),
        "es": (
            "Si tomas benzodiacepinas todos los días, también con receta, dejarlas de golpe o "
            "reducirlas deprisa puede ser peligroso, incluso para la vida. Por favor, pregunta a "
            "un médico antes de cambiar la cantidad: juntos podéis planear pasos pequeños. Con "
            "convulsiones o confusión, llama ya al número de emergencias."
        ),
        "fr": (
            "Si tu prends des benzodiazépines chaque jour, même sur ordonnance, arrêter d’un coup "
            "ou réduire vite peut être dangereux, même mortel. S’il te plaît, demande conseil à "
            "un médecin avant de changer la quantité : vous pouvez prévoir ensemble de petites "
            "étapes. En cas de convulsions ou de confusion, appelle tout de suite les urgences."
        ),
        "de": (
            "Wenn du täglich Benzodiazepine nimmst, auch auf Rezept, kann plötzliches Aufhören "
            "oder schnelles Verringern gefährlich sein, sogar lebensgefährlich. Bitte frag eine "
            "Ärztin oder einen Arzt, bevor du die Menge änderst: Ihr könnt kleine Schritte "
            "planen. Bei einem Krampfanfall oder Verwirrtheit wähle sofort den Notruf."
        ),
        "pt": (
            "Se toma benzodiazepinas todos os dias, mesmo com receita, parar de repente ou "
            "reduzir depressa pode ser perigoso, até para a vida. Por favor, fale com um médico "
            "antes de mudar a quantidade: juntos podem planear pequenos passos. Com convulsões "
            "ou confusão, ligue já para a emergência."
        ),
    },
)

SAFETY_TEXTS: Mapping[str, SafetyText] = {
    "alcohol": _ALCOHOL,
    "opioids": _OPIOIDS,
    "benzodiazepines": _BENZODIAZEPINES,
}
