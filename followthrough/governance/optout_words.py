"""The words of opting out and in, as data. Sources: the carriers' own lists (Twilio, Telnyx, AWS)
and the FCC's words (47 CFR 64.1200(a)(10)), collected 2026-11-22; sentences seen in practice.

Write plain: case, accents, apostrophes and punctuation do not matter (`core.tokens`).
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

WHOLE, CLAUSE, ANYWHERE = "whole", "clause", "anywhere"


class Rule(NamedTuple):
    """Phrases that mean `outcome` where they are the whole message, or a whole clause of it.

    `courtesy`: polite words around them change nothing. `hints`: inside another sentence they
    may mean it, so that a person must look. `language` '' is for the carriers' own words.
    """

    id: str
    outcome: str
    where: str
    phrases: tuple[str, ...]
    courtesy: bool = True
    hints: bool = False
    language: str = ""


def _each(*parts: str) -> tuple[str, ...]:
    """Every combination of alternatives: each part lists its own, separated by `|`."""
    return tuple(
        " ".join(one for one in found if one)
        for found in product(*([option.strip() for option in part.split("|")] for part in parts))
    )


_DOING = "texting|messaging|contacting|emailing|calling|writing|bothering|spamming|harassing"
_DO = "text|message|contact|email|call|write|bother|msg"
_THINGS = "texts|text messages|messages|emails|mails|calls|notifications|msgs|sms"

RULES = (
    Rule("stop", "opt_out", CLAUSE, ("stop", "stopall", "stop all", "unsubscribe", "opt out",
         "optout", "revoke"), hints=True),
    Rule("carrier", "opt_out", WHOLE, ("end", "quit", "cancel", "remove", "arret", "td"),
         courtesy=False),
    Rule("carrier_polite", "ambiguous_stop", WHOLE, ("end", "quit", "cancel", "remove")),
    Rule("stop_es", "opt_out", WHOLE, ("baja", "alto", "parar", "pare", "paren", "no mas",
         "ya no mas", "cancelar suscripcion"), language="es"),
    Rule("stop_doing", "opt_out", CLAUSE, (
        *_each("stop|quit|cease", _DOING, "|me|us|to me|this number|my phone"),
        *_each("stop|quit", "sending", "|me|us", _THINGS + "|these|this|anything|stuff"),
        *_each("stop", "|all|the|these|those|your|all the|all these", _THINGS),
    ), hints=True, language="en"),
    Rule("do_not", "opt_out", CLAUSE, (
        *_each("dont|do not|never", _DO, "me|us|this number", "|again|any more|anymore"),
        *_each("dont|do not", "send", "|me", "|any more|anymore|any", _THINGS),
        *_each("no more", _THINGS),
    ), hints=True, language="en"),
    Rule("list", "opt_out", CLAUSE, (
        *_each("take|remove|delete|get", "me|my number|my phone number|this number|my email",
               "off|from|off of|out of", "your|the|this|that|any",
               "list|lists|mailing list|database|system"),
        "remove me", "remove my number", "delete my number", "lose my number",
        "unsubscribe me", "opt me out", "take me off", "leave me alone",
        *_each("i", "want to|wish to|would like to|need to", "opt out|unsubscribe"),
        *_each("id like to", "opt out|unsubscribe"),
        *_each("i", "revoke|withdraw", "|my", "consent"),
    ), hints=True, language="en"),
    Rule("do_not_es", "opt_out", CLAUSE, (
        *_each("|ya", "no me", "escriban|escriba|escribas|contacten|contacte|contactes|molesten"
               "|moleste|molestes", "mas|"),
        *_each("|ya", "no me", "manden|mande|mandes|envien|envie|envies", "mas|",
               "mensajes|mensajes de texto|textos|correos|nada"),
        *_each("deje|deja|dejen|dejar", "de", "escribirme|contactarme|molestarme|molestar"
               "|mandarme mensajes|enviarme mensajes|mandar mensajes|enviar mensajes"),
        *_each("no quiero", "|recibir", "mas", "mensajes|mensajes de texto|textos|correos"),
        *_each("no mas", "mensajes|mensajes de texto|textos|correos"),
        *_each("quiteme|quitenme|quitame|saqueme|saquenme|sacame|borreme|borrenme|borrame",
               "|de la lista|de su lista|de esta lista"),
        *_each("deme|denme|dame|quiero darme|darme|dar", "de baja"),
    ), hints=True, language="es"),
    # Without an object these ask for silence; with one ("más cobros duplicados") they complain.
    Rule("send_es", "opt_out", CLAUSE, _each("|ya", "no me",
         "manden|mande|mandes|envien|envie|envies|llamen|llame|llames", "mas"), language="es"),
    Rule("start", "opt_in", WHOLE, ("start", "unstop", "start again"), courtesy=False),
    Rule("help", "help", WHOLE, ("help", "info", "ayuda"), courtesy=False),
)  # fmt: skip

YES = Rule("start_yes", "opt_in", WHOLE, ("yes",), courtesy=False)  # only when nothing is asked

COURTESY = (
    "please", "pls", "plz", "kindly", "thank you", "thanks", "thx", "ty", "thank u", "now",
    "right now", "immediately", "already", "again", "anymore", "any more", "ever", "at once",
    "from now on", "ok", "okay", "hi", "hello", "hey", "sir", "maam", "sorry", "and", "just",
    "you guys", "guys", "everyone", "all of you", "i said", "i want you to", "i need you to",
    "i would like you to", "so much", "very much", "por favor", "porfavor", "gracias",
    "muchas gracias", "ya", "hola", "ahora", "y", "senor", "senora", "disculpe", "perdon",
)  # fmt: skip

# Where a clause ends besides at punctuation.
CONNECTORS = frozenset({"so", "but", "pero", "because", "porque"})

# What makes a clear clause doubtful: it asks, or it says when.
DOUBTS = frozenset(
    {
        "?", "¿", "if", "until", "unless", "before", "after", "when", "while", "during", "did",
        "why", "si", "hasta", "cuando", "antes", "despues", "mientras",
    }
)  # fmt: skip

# `stop` that stops nobody.
HARMLESS = (
    *_each("stop", "by|in|at|over|into|there|here|off|sign|light|working|being|doing|and shop"),
    *_each("bus|train|metro|subway|truck|rest|pit|next|last|first|one|non|full|quick|short"
           "|tram|a|your|my|the|which|what|dont|cant|cannot|wont|couldnt|never", "stop"),
)  # fmt: skip
