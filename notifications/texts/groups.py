"""Groups: who asks to come in, who is let in, and who looks after one from now on."""

from __future__ import annotations

from notifications.wording import Language, Text, Texts

GROUP_REQUEST: Texts = {
    Language.EN: Text(
        "Somebody would like to join",
        "There is a request for a group that you look after. Have a look when you have a moment.",
    ),
    Language.ES: Text(
        "Alguien quiere unirse",
        "Hay una solicitud para un grupo que cuidas. Mírala cuando tengas un momento.",
    ),
    Language.FR: Text(
        "Quelqu’un aimerait vous rejoindre",
        "Il y a une demande pour un groupe dont tu t’occupes. Regarde-la quand tu as un moment.",
    ),
    Language.DE: Text(
        "Jemand möchte dazukommen",
        "Für eine Gruppe, um die du dich kümmerst, gibt es eine Anfrage. Sieh sie dir an, wenn"
        " du Zeit hast.",
    ),
    Language.PT: Text(
        "Alguém quer participar",
        "Há um pedido para um grupo de que você cuida. Veja quando tiver um momento.",
    ),
}

GROUP_JOINED: Texts = {
    Language.EN: Text(
        "Welcome to the group",
        "Your request was accepted. Come in whenever you like.",
    ),
    Language.ES: Text(
        "Te damos la bienvenida al grupo",
        "Tu solicitud fue aceptada. Entra cuando quieras.",
    ),
    Language.FR: Text(
        "Bienvenue dans le groupe",
        "Ta demande a été acceptée. Entre quand tu veux.",
    ),
    Language.DE: Text(
        "Willkommen in der Gruppe",
        "Deine Anfrage wurde angenommen. Komm herein, wann du magst.",
    ),
    Language.PT: Text("Boas-vindas ao grupo", "Seu pedido foi aceito. Entre quando quiser."),
}

GROUP_OWNED: Texts = {
    Language.EN: Text(
        "A group is yours to look after",
        "You are its owner now. Keep it, hand it on or close it, whenever it suits you.",
    ),
    Language.ES: Text(
        "Ahora cuidas de un grupo",
        "Has pasado a ser su responsable. Puedes seguir, dejarlo en otras manos o cerrarlo.",
    ),
    Language.FR: Text(
        "Un groupe t’est confié",
        "Tu en es maintenant responsable. Tu peux le garder, le confier à quelqu’un ou le fermer.",
    ),
    Language.DE: Text(
        "Eine Gruppe liegt nun bei dir",
        "Du bist jetzt für sie verantwortlich. Du kannst sie behalten, weitergeben oder schließen.",
    ),
    Language.PT: Text(
        "Agora você cuida de um grupo",
        "Ele está sob sua responsabilidade. Você pode ficar com ele, passá-lo adiante ou fechá-lo.",
    ),
}
