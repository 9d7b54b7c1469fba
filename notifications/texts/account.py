"""A member's account and data."""

from __future__ import annotations

from notifications.wording import Language, Text, Texts

WHO_SEES_ME: Texts = {
    Language.EN: Text(
        "Who sees what you share",
        "Your summary of the month: who may see what, and who looked. Only you see it.",
    ),
    Language.ES: Text(
        "Quién ve lo que compartes",
        "Tu resumen del mes: quién puede ver qué y quién ha mirado. Solo tú lo ves.",
    ),
    Language.FR: Text(
        "Qui voit ce que tu partages",
        "Ton résumé du mois : qui peut voir quoi, et qui a regardé. Il n’est que pour toi.",
    ),
    Language.DE: Text(
        "Wer sieht, was du teilst",
        "Deine Übersicht des Monats: wer was sehen darf und wer hingesehen hat. Nur für dich.",
    ),
    Language.PT: Text(
        "Quem vê o que você compartilha",
        "Seu resumo do mês: quem pode ver o quê e quem olhou. Só você vê.",
    ),
}

EXPORT_READY: Texts = {
    Language.EN: Text(
        "Your data is ready",
        "The copy that you asked for can be fetched now, once and for a short time.",
    ),
    Language.ES: Text(
        "Tus datos están listos",
        "Ya puedes descargar la copia que pediste, una vez y por poco tiempo.",
    ),
    Language.FR: Text(
        "Tes données sont prêtes",
        "La copie que tu as demandée peut être récupérée, une fois et pendant peu de temps.",
    ),
    Language.DE: Text(
        "Deine Daten sind bereit",
        "Die Kopie, um die du gebeten hast, kann jetzt geholt werden: einmal und nur kurze Zeit.",
    ),
    Language.PT: Text(
        "Seus dados estão prontos",
        "A cópia que você pediu já pode ser baixada, uma vez e por pouco tempo.",
    ),
}

NEW_SESSION: Texts = {
    Language.EN: Text(
        "New sign-in to your account",
        "If that was you, there is nothing to do. If not, end that session and change your"
        " password.",
    ),
    Language.ES: Text(
        "Nuevo inicio de sesión en tu cuenta",
        "Si fuiste tú, no hay nada que hacer. Si no, cierra esa sesión y cambia tu contraseña.",
    ),
    Language.FR: Text(
        "Nouvelle connexion à ton compte",
        "Si c’était toi, il n’y a rien à faire. Sinon, ferme cette session et change ton mot"
        " de passe.",
    ),
    Language.DE: Text(
        "Neue Anmeldung bei deinem Konto",
        "Wenn du das warst, ist nichts zu tun. Wenn nicht, beende diese Sitzung und ändere"
        " dein Passwort.",
    ),
    Language.PT: Text(
        "Novo acesso à sua conta",
        "Se foi você, não é preciso fazer nada. Se não, encerre essa sessão e mude sua senha.",
    ),
}
