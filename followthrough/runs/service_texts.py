"""The few texts that are not in any message map: opt-out and opt-in confirmations, and HELP.

They are written to candidates, so they are in every language that candidates write STOP in, not in
the language of the console.
"""

from __future__ import annotations

from collections.abc import Mapping

SUBJECT = {
    "en": "About your messages from {{ company }}",
    "es": "Sobre los mensajes de {{ company }}",
}
TEXTS: Mapping[str, Mapping[str, str]] = {
    "opted_out": {
        "en": "{{ company }}: you will get no more messages from us here."
        " Your application stays as it is. Text START if you want them again.",
        "es": "{{ company }}: no recibirás más mensajes nuestros por aquí."
        " Tu solicitud sigue igual. Escribe START si los quieres de nuevo.",
    },
    "opted_in": {
        "en": "{{ company }}: you will get messages about your application here again."
        " Text STOP to stop them.",
        "es": "{{ company }}: volverás a recibir aquí mensajes sobre tu solicitud."
        " Escribe ALTO para no recibirlos.",
    },
    "help": {
        "en": "{{ company }}: these messages are about your job application and are sent"
        " automatically. Write to us here and a person will read it. Text STOP to stop them.",
        "es": "{{ company }}: estos mensajes son sobre tu solicitud de empleo y se envían"
        " automáticamente. Escríbenos aquí y una persona lo leerá."
        " Escribe ALTO para no recibirlos.",
    },
}


def contents(name: str) -> dict[str, dict[str, str]]:
    """The text called `name` in every language we have, as a touch's content."""
    return {
        language: {"subject": SUBJECT[language], "body": body}
        for language, body in TEXTS[name].items()
    }
