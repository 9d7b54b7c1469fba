"""Asking for support, and being there for somebody."""

from __future__ import annotations

from notifications.wording import Language, Text, Texts

SUPPORT_REQUEST: Texts = {
    Language.EN: Text(
        "Somebody asks for your support",
        "Say how you can be there, or that you cannot right now: every answer helps.",
    ),
    Language.ES: Text(
        "Alguien pide tu apoyo",
        "Di cómo puedes acompañar, o que ahora no puedes: toda respuesta ayuda.",
    ),
    Language.FR: Text(
        "Quelqu’un demande ton soutien",
        "Dis comment tu peux être là, ou que tu ne peux pas maintenant : chaque réponse aide.",
    ),
    Language.DE: Text(
        "Jemand bittet dich um Unterstützung",
        "Sag, wie du da sein kannst, oder dass es gerade nicht geht: Jede Antwort hilft.",
    ),
    Language.PT: Text(
        "Alguém pede o seu apoio",
        "Diga como pode estar presente, ou que agora não pode: toda resposta ajuda.",
    ),
}

SUPPORT_ANSWER: Texts = {
    Language.EN: Text(
        "There is an answer for you",
        "Somebody whom you asked for support has answered.",
    ),
    Language.ES: Text("Hay una respuesta para ti", "Alguien a quien pediste apoyo ha respondido."),
    Language.FR: Text(
        "Il y a une réponse pour toi",
        "Une personne à qui tu as demandé du soutien a répondu.",
    ),
    Language.DE: Text(
        "Es gibt eine Antwort für dich",
        "Auf deine Bitte um Unterstützung hat jemand geantwortet.",
    ),
    Language.PT: Text("Há uma resposta para você", "Alguém a quem você pediu apoio respondeu."),
}

SUPPORT_REPLY: Texts = {
    Language.EN: Text("A message for you", "There is something new in a request for support."),
    Language.ES: Text("Un mensaje para ti", "Hay algo nuevo en una petición de apoyo."),
    Language.FR: Text("Un message pour toi", "Il y a du nouveau dans une demande de soutien."),
    Language.DE: Text(
        "Eine Nachricht für dich",
        "In einer Bitte um Unterstützung gibt es etwas Neues.",
    ),
    Language.PT: Text("Uma mensagem para você", "Há algo novo em um pedido de apoio."),
}

SUPPORT_NO_ANSWER: Texts = {
    Language.EN: Text(
        "No answer yet",
        "You are not alone: here are lines where people listen, and your own plan for hard"
        " moments.",
    ),
    Language.ES: Text(
        "Todavía sin respuesta",
        "No estás a solas: aquí hay líneas donde escuchan, y tu plan para los momentos difíciles.",
    ),
    Language.FR: Text(
        "Pas encore de réponse",
        "Tu n’es pas sans aide : voici des lignes d’écoute, et ton plan pour les moments"
        " difficiles.",
    ),
    Language.DE: Text(
        "Noch keine Antwort",
        "Du bist nicht allein: Hier sind Nummern, unter denen jemand zuhört, und dein Plan für"
        " schwere Momente.",
    ),
    Language.PT: Text(
        "Ainda sem resposta",
        "Você não precisa ficar só: aqui há linhas onde alguém escuta, e o seu plano para"
        " momentos difíceis.",
    ),
}
