"""What a member reads after a use event: what stays theirs, and a next step. Never blame."""

from __future__ import annotations

from enum import StrEnum


class NextStep(StrEnum):
    """One thing to do now."""

    OPEN_PLAN = "open_plan"
    REACH_OUT = "reach_out"


KEPT = {
    "en": "{sober_days} of {days_elapsed} days sober. They stay yours.",
    "es": "{sober_days} de {days_elapsed} días en abstinencia. Siguen siendo tuyos.",
    "fr": "{sober_days} jours d’abstinence sur {days_elapsed}. Ils restent à toi.",
    "de": "{sober_days} von {days_elapsed} Tagen abstinent. Sie bleiben deine.",
    "pt": "{sober_days} de {days_elapsed} dias em abstinência. Continuam a ser teus.",
}
THANKS = {
    "en": "Thank you for saying so. You are here, and that counts.",
    "es": "Gracias por decirlo. Estás aquí, y eso cuenta.",
    "fr": "Merci de l’avoir dit. Tu es là, et ça compte.",
    "de": "Danke, dass du es sagst. Du bist hier, und das zählt.",
    "pt": "Obrigado por o dizeres. Estás aqui, e isso conta.",
}
STEPS = {
    NextStep.OPEN_PLAN: {
        "en": "Your own plan for hard moments is below.",
        "es": "Tu propio plan para momentos difíciles está abajo.",
        "fr": "Ton propre plan pour les moments difficiles est ci-dessous.",
        "de": "Dein eigener Plan für schwere Momente steht unten.",
        "pt": "O teu próprio plano para momentos difíceis está abaixo.",
    },
    NextStep.REACH_OUT: {
        "en": "If you can, tell one person you trust.",
        "es": "Si puedes, cuéntaselo a una persona de confianza.",
        "fr": "Si tu peux, parles-en à une personne de confiance.",
        "de": "Wenn du kannst, sag es einem Menschen, dem du vertraust.",
        "pt": "Se puderes, conta a uma pessoa em quem confias.",
    },
}


def kept_text(*, sober_days: int, days_elapsed: int, language: str) -> str:
    """Return the sentence that leads: what stays, or thanks where nothing can be counted yet."""
    if sober_days <= 0:
        return THANKS[language]
    return KEPT[language].format(sober_days=sober_days, days_elapsed=days_elapsed)
