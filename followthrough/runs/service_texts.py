"""The few texts that are not in any message map: opt-out and opt-in confirmations, HELP, and what
becomes of a wrong number.

They are written to candidates, so they are in every language that candidates write STOP in, not in
the language of the console. None asks for YES, CANCEL or END: carriers take those for themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Texts = Mapping[str, str]  # by language

SUBJECT: Texts = {
    "en": "About your messages from {{ company }}",
    "es": "Sobre los mensajes de {{ company }}",
    "fr": "À propos des messages de {{ company }}",
    "pt": "Sobre as mensagens de {{ company }}",
}
OPTED_OUT: Texts = {
    "en": "{{ company }}: you will get no more messages from us."
    " Your application stays as it is, and you can still write to us.",
    "es": "{{ company }}: no recibirás más mensajes nuestros."
    " Tu solicitud sigue igual y puedes seguir escribiéndonos.",
    "fr": "{{ company }} : vous ne recevrez plus de messages de notre part."
    " Votre candidature reste inchangée et vous pouvez toujours nous écrire.",
    "pt": "{{ company }}: você não receberá mais mensagens nossas."
    " Sua candidatura continua igual, e você ainda pode nos escrever.",
}
OPTED_OUT_HERE: Mapping[str, Texts] = {  # by channel: where others use the address as well
    "sms": {
        "en": "{{ company }}: this number will get no more messages from us."
        " Your application stays as it is.",
        "es": "{{ company }}: este número no recibirá más mensajes nuestros."
        " Tu solicitud sigue igual.",
        "fr": "{{ company }} : ce numéro ne recevra plus de messages de notre part."
        " Votre candidature reste inchangée.",
        "pt": "{{ company }}: este número não receberá mais mensagens nossas."
        " Sua candidatura continua igual.",
    },
    "email": {
        "en": "{{ company }}: this address will get no more messages from us."
        " Your application stays as it is.",
        "es": "{{ company }}: esta dirección no recibirá más mensajes nuestros."
        " Tu solicitud sigue igual.",
        "fr": "{{ company }} : cette adresse ne recevra plus de messages de notre part."
        " Votre candidature reste inchangée.",
        "pt": "{{ company }}: este endereço não receberá mais mensagens nossas."
        " Sua candidatura continua igual.",
    },
}
STILL_BY_MAIL: Texts = {
    "en": " We can still reach you by mail.",
    "es": " Todavía podemos escribirte por correo.",
    "fr": " Nous pouvons encore vous écrire par e-mail.",
    "pt": " Ainda podemos falar com você por e-mail.",
}
COME_BACK: Texts = {
    "en": " Reply START if you want them again.",
    "es": " Responde START si los quieres de nuevo.",
    "fr": " Répondez START pour les recevoir à nouveau.",
    "pt": " Responda START para voltar a receber.",
}
ONE_OR_ALL: Texts = {
    "en": " Reply START if you want them again, or 1 to stop only those about"
    " {{ requisition.title }}.",
    "es": " Responde START si los quieres de nuevo, o 1 para no recibir solo los de"
    " {{ requisition.title }}.",
    "fr": " Répondez START pour les recevoir à nouveau, ou 1 pour n'arrêter que ceux sur"
    " {{ requisition.title }}.",
    "pt": " Responda START para voltar a receber, ou 1 para parar só as sobre"
    " {{ requisition.title }}.",
}
TEXTS: Mapping[str, Texts] = {
    "narrowed": {
        "en": "{{ company }}: we stop only the messages about {{ requisition.title }}."
        " Reply STOP to stop all of them.",
        "es": "{{ company }}: solo dejaremos de enviarte los mensajes sobre"
        " {{ requisition.title }}. Responde ALTO para no recibir ninguno.",
        "fr": "{{ company }} : nous n'arrêtons que les messages sur {{ requisition.title }}."
        " Répondez STOP pour tout arrêter.",
        "pt": "{{ company }}: só paramos as mensagens sobre {{ requisition.title }}."
        " Responda PARAR para não receber nenhuma.",
    },
    "opted_in": {
        "en": "{{ company }}: you will get messages about your application here again."
        " Text STOP to stop them.",
        "es": "{{ company }}: volverás a recibir aquí mensajes sobre tu solicitud."
        " Escribe ALTO para no recibirlos.",
        "fr": "{{ company }} : vous recevrez de nouveau ici les messages sur votre candidature."
        " Répondez STOP pour ne plus les recevoir.",
        "pt": "{{ company }}: você voltará a receber aqui mensagens sobre sua candidatura."
        " Responda PARAR para não receber.",
    },
    "help": {
        "en": "{{ company }}: these messages are about your job application and are sent"
        " automatically. Write to us here and a person will read it. Text STOP to stop them.",
        "es": "{{ company }}: estos mensajes son sobre tu solicitud de empleo y se envían"
        " automáticamente. Escríbenos aquí y una persona lo leerá."
        " Escribe ALTO para no recibirlos.",
        "fr": "{{ company }} : ces messages concernent votre candidature et sont envoyés"
        " automatiquement. Écrivez-nous ici et une personne vous lira."
        " Répondez STOP pour ne plus les recevoir.",
        "pt": "{{ company }}: estas mensagens são sobre sua candidatura e são enviadas"
        " automaticamente. Escreva aqui e uma pessoa vai ler."
        " Responda PARAR para não receber.",
    },
    "right_number": {
        "en": "Hello {{ candidate.given_name }}, the phone number we have for you belongs to"
        " somebody else, so we do not use it any more. Please answer this mail with your number."
        "\n\n{{ company }}",
        "es": "Hola {{ candidate.given_name }}: el número de teléfono que tenemos de ti es de otra"
        " persona, así que ya no lo usamos. Responde a este correo con tu número."
        "\n\n{{ company }}",
        "fr": "Bonjour {{ candidate.given_name }}, le numéro de téléphone que nous avons pour vous"
        " est celui d'une autre personne ; nous ne l'utilisons donc plus. Merci de répondre à cet"
        " e-mail avec votre numéro.\n\n{{ company }}",
        "pt": "Olá, {{ candidate.given_name }}. O número de telefone que temos de você é de outra"
        " pessoa, por isso não o usamos mais. Responda a este e-mail com o seu número."
        "\n\n{{ company }}",
    },
}
SUBJECTS: Mapping[str, Texts] = {
    "right_number": {
        "en": "Your phone number",
        "es": "Tu número de teléfono",
        "fr": "Votre numéro de téléphone",
        "pt": "Seu número de telefone",
    }
}

Content = dict[str, dict[str, str]]  # by language: subject and body


def contents(name: str, *, language: str = "") -> Content:
    """The text called `name`, as a touch's content: in that language, or in every one we have for
    the candidate's own to be chosen."""
    return _content(TEXTS[name], SUBJECTS.get(name, SUBJECT), language)


def opted_out_everywhere(*, language: str, may_narrow: bool) -> Content:
    """The confirmation of an opt-out: what stays possible, how to come back, and (`may_narrow`) the
    one question whether it was meant for everything."""
    return _confirmation([OPTED_OUT, ONE_OR_ALL if may_narrow else COME_BACK], language)


def opted_out_here(channel: str, *, language: str, still_by_mail: bool) -> Content:
    """The same where it was about one address on this channel."""
    said = OPTED_OUT_HERE.get(channel, OPTED_OUT)
    also = [STILL_BY_MAIL] if still_by_mail else []
    return _confirmation([said, *also, COME_BACK], language)


def _confirmation(parts: Sequence[Texts], language: str) -> Content:
    return _content(
        {one: "".join(each[one] for each in parts) for one in SUBJECT}, SUBJECT, language
    )


def asks_scope(content: Mapping[str, Any] | None) -> bool:
    """Whether a confirmation (a touch's content) asked that question."""
    return "requisition.title" in str(content)


def _content(bodies: Texts, subjects: Texts, language: str) -> Content:
    chosen = [language] if language in bodies else list(bodies)
    return {one: {"subject": subjects[one], "body": bodies[one]} for one in chosen}
