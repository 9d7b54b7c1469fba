"""Partners: invites, consents, kind words and what they confirm."""

from __future__ import annotations

from notifications.wording import Language, Text, Texts

PARTNER_INVITE: Texts = {
    Language.EN: Text(
        "You are invited to be partners",
        "Somebody in a group of yours asks you. Have a look, and accept or decline as you like.",
    ),
    Language.ES: Text(
        "Te invitan a acompañarse",
        "Alguien de uno de tus grupos te lo propone. Míralo y acepta o rechaza, como prefieras.",
    ),
    Language.FR: Text(
        "On t’invite à créer un lien",
        "Quelqu’un d’un de tes groupes te le propose. Regarde, puis accepte ou refuse, comme"
        " tu veux.",
    ),
    Language.DE: Text(
        "Jemand möchte sich mit dir verbinden",
        "Die Einladung kommt aus einer deiner Gruppen. Sieh sie dir an und entscheide, wie du"
        " magst.",
    ),
    Language.PT: Text(
        "Você recebeu um convite de conexão",
        "Alguém de um dos seus grupos convida você. Veja e aceite ou recuse, como preferir.",
    ),
}

PARTNER_JOINED: Texts = {
    Language.EN: Text(
        "You have a new partner",
        "Your invite was accepted. Nothing is shared until you choose what.",
    ),
    Language.ES: Text(
        "Tienes una nueva conexión",
        "Tu invitación fue aceptada. No se comparte nada hasta que tú elijas qué.",
    ),
    Language.FR: Text(
        "Tu as un nouveau lien",
        "Ton invitation a été acceptée. Rien n’est partagé tant que tu n’as pas choisi.",
    ),
    Language.DE: Text(
        "Du hast eine neue Verbindung",
        "Deine Einladung wurde angenommen. Nichts wird geteilt, bis du es auswählst.",
    ),
    Language.PT: Text(
        "Você tem uma nova conexão",
        "Seu convite foi aceito. Nada é compartilhado até que você escolha o quê.",
    ),
}

GRANT_EXPIRING: Texts = {
    Language.EN: Text(
        "Something you share ends soon",
        "What one of your partners may see ends within seven days. Renew it, or simply let it end.",
    ),
    Language.ES: Text(
        "Algo que compartes termina pronto",
        "Lo que una de tus conexiones puede ver termina en siete días o menos. Renuévalo o"
        " deja que termine.",
    ),
    Language.FR: Text(
        "Un partage se termine bientôt",
        "Ce que l’un de tes liens peut voir se termine d’ici sept jours. Renouvelle-le, ou"
        " laisse-le se terminer.",
    ),
    Language.DE: Text(
        "Etwas, das du teilst, endet bald",
        "Was eine deiner Verbindungen sehen darf, endet innerhalb von sieben Tagen. Erneuere"
        " es oder lass es enden.",
    ),
    Language.PT: Text(
        "Algo que você compartilha termina logo",
        "O que uma de suas conexões pode ver termina em até sete dias. Renove ou deixe terminar.",
    ),
}

ENCOURAGEMENT: Texts = {
    Language.EN: Text("A kind word for you", "One of your partners is thinking of you."),
    Language.ES: Text("Unas palabras para ti", "Una de tus conexiones piensa en ti."),
    Language.FR: Text("Un mot gentil pour toi", "L’un de tes liens pense à toi."),
    Language.DE: Text("Ein freundliches Wort für dich", "Eine deiner Verbindungen denkt an dich."),
    Language.PT: Text(
        "Uma palavra gentil para você",
        "Uma de suas conexões está pensando em você.",
    ),
}

THANKS: Texts = {
    Language.EN: Text("Your words arrived", "Somebody whom you encouraged says thank you."),
    Language.ES: Text("Tus palabras llegaron", "Alguien a quien diste ánimo te da las gracias."),
    Language.FR: Text("Tes mots sont arrivés", "Une personne que tu as encouragée te dit merci."),
    Language.DE: Text(
        "Deine Worte sind angekommen",
        "Jemand, dem du Mut gemacht hast, sagt danke.",
    ),
    Language.PT: Text("Suas palavras chegaram", "Alguém que você incentivou agradece."),
}

CONFIRMATION_ASKED: Texts = {
    Language.EN: Text(
        "You are asked to confirm something",
        "One of your partners kept a commitment and would like you to say so, too.",
    ),
    Language.ES: Text(
        "Te piden confirmar algo",
        "Una de tus conexiones cumplió un compromiso y quisiera que tú también lo digas.",
    ),
    Language.FR: Text(
        "On te demande une confirmation",
        "L’un de tes liens a tenu un engagement et aimerait que tu le dises aussi.",
    ),
    Language.DE: Text(
        "Du wirst um eine Bestätigung gebeten",
        "Eine deiner Verbindungen hat etwas Vorgenommenes getan und wünscht sich, dass du es"
        " auch sagst.",
    ),
    Language.PT: Text(
        "Pedem que você confirme algo",
        "Uma de suas conexões cumpriu um compromisso e gostaria que você também dissesse isso.",
    ),
}

COMMITMENT_CONFIRMED: Texts = {
    Language.EN: Text(
        "Your commitment was confirmed",
        "A partner of yours says so, too: you kept it.",
    ),
    Language.ES: Text(
        "Tu compromiso fue confirmado",
        "Alguien con quien compartes esto también lo dice: lo cumpliste.",
    ),
    Language.FR: Text(
        "Ton engagement est confirmé",
        "Une personne de ton entourage le dit aussi : tu l’as tenu.",
    ),
    Language.DE: Text(
        "Das Vorgenommene ist bestätigt",
        "Jemand, mit dem du verbunden bist, sagt es auch: Du hast es getan.",
    ),
    Language.PT: Text(
        "Seu compromisso foi confirmado",
        "Alguém com quem você compartilha isso também diz: você cumpriu.",
    ),
}
