"""Words that lint looks for in texts, as data: what carriers take for something else than an
answer, how an answer is asked for, and how somebody is told how to reach a person."""

from __future__ import annotations

import re
from collections.abc import Mapping

# What carriers act on by themselves. Sources, collected 2026-11-22:
# Twilio's default keywords (STOP STOPALL UNSUBSCRIBE END QUIT CANCEL REVOKE OPTOUT; START YES
# UNSTOP; HELP INFO); AWS End User Messaging adds ARRET TD REMOVE OPT-OUT; the FCC's words of 47 CFR
# 64.1200(a)(10): stop, quit, end, revoke, opt out, cancel, unsubscribe. What candidates write in
# other languages for the same is read by `governance.optout`, and asked there.
STOPS = frozenset({
    "stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout", "opt-out",
    "arret", "arrêt", "td", "remove",
})  # fmt: skip
STARTS = frozenset({"start", "yes", "unstop"})
HELPS = frozenset({"help", "info"})
TAKEN = STOPS | STARTS | HELPS
PLAIN_STOPS = frozenset({  # that alone, with nothing after it, can only mean one thing
    "stop", "stopall", "unsubscribe", "optout", "opt-out", "arret", "arrêt", "alto", "baja",
    "parar", "sair",
})  # fmt: skip
# Ordinary answers, which nobody takes for anything else where one is asked for.
FINE = frozenset({
    "ok", "okay", "si", "sí", "oui", "sim", "ja", "no", "non", "não", "nao", "nein",
})  # fmt: skip

BLANK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)  # what is no words of the text itself

# How an answer is asked for: `reply`, `text`, `responde con` …
VERB = re.compile(
    r"\b(?:reply|replying|text|answer|respond|type|send|write|enter"
    r"|responde[rd]?|responda|contesta|conteste|escribe|escriba|env[ií]a|env[ií]e|manda|mande"
    r"|r[eé]pondez|r[eé]ponds|envoyez|envoie|tapez|tape|[eé]crivez|[eé]cris"
    r"|escreva|escreve|digite"
    r"|antworte[nt]?|schreibe?n?|sende[nt]?|tippe[nt]?|rispondi|risponda|scrivi|invia)\b",
    re.IGNORECASE,
)
# What may stand between that and the word: nothing says so much as "reply with the word".
JOINT = re.compile(
    r"(?:\s+(?:back|now|here|with|by|just|either|the|a|word|una?|la|el|palabra|con|avec|le|mot|par"
    r"|com|mit|dem|das|wort|sie|uns|bitte|please|por|favor|simplemente|aqu[ií]|here))*[\s:,]*",
    re.IGNORECASE,
)
QUOTED = re.compile(r"[\"“”«»„'‘]\s*([^\W\d_][\w-]*)\s*[\"“”«»'’]")
CAPITALS = re.compile(r"(?<![\w-])[^\W\d_a-zà-ÿ]{2,}(?:-[^\W\d_a-zà-ÿ]+)*(?![\w-])")
CLAUSES = re.compile(r"[.!?¿¡;…\n]+")
OR = re.compile(r"[\s,/|()]*(?:or|o|u|ou|oder|and|y|e|et|und|bzw)?[\s,/|()\"“”«»]*", re.IGNORECASE)
TO = re.compile(
    r"\s*(?:[:=–—-]|to\b|for\b|if\b|para\b|si\b|pour\b|se\b|wenn\b|um\b)", re.IGNORECASE
)
SLASHED = re.compile(r"\w/\w")

# What follows a word where it is asked for in the carriers' own sense.
NO_MORE = re.compile(
    r"\b(?:messages?|msgs?|texts|text messages?|sms|alerts?|notifications?|reminders?"
    r"|e-?mails?|updates?"
    r"|mensajes?|textos?|avisos?|mensagen?s?|avisos|nachrichten|messaggi"
    r"|unsubscribe|opt(?:ing)?[ -]?out|no more|any ?more|recibir(?:los|las|nada)?|recevoir"
    r"|receber|erhalten|abmelden|m[aá]s\b(?=\W*$)|resume|subscribe)\b"
    r"|^\s*(?:to|para|pour|um|zum)\s+(?:stop|end|quit|cancel|leave|parar|terminar|cancelar|salir"
    r"|arr[eê]ter|encerrar|sair|darte de baja|beenden|abbestellen)\W*$",
    re.IGNORECASE,
)
FOR_HELP = re.compile(
    r"\b(?:help|info(?:rmation)?|assistance|ayuda|informaci[oó]n|aide|ajuda|hilfe)\b", re.IGNORECASE
)

# That an answer is welcome, or how else to reach somebody, by language. In a language that is not
# here nothing is claimed.
INVITES: Mapping[str, re.Pattern[str]] = {
    "en": re.compile(
        r"\b(?:reply|replying|answer|text|write|call|ring|phone|email|contact|message|ask|tell|reach"
        r"|talk|speak|let us know|get back|get in touch|in touch|hear from you)\b", re.IGNORECASE),
    "es": re.compile(
        r"\b(?:respond\w+|contest\w+|escr[ií]b\w+|ll[aá]m\w+|pregunt\w+|av[ií]s\w+|cu[eé]nt\w+"
        r"|d[ií]nos|dime|consult\w+|contact\w+|comun[ií]c\w+|te (?:escribir|llamar)\w+)\b",
        re.IGNORECASE),
    "fr": re.compile(
        r"\b(?:r[eé]pond\w+|[eé]cri\w+|appel\w+|contact\w+|dites|demand\w+|joind\w+|rappel\w+)\b",
        re.IGNORECASE),
    "pt": re.compile(
        r"\b(?:respond\w+|escrev\w+|lig\w+|cham\w+|pergunt\w+|avis\w+|diga|cont[ae]\w*|fal\w+)\b",
        re.IGNORECASE),
}  # fmt: skip
REACHABLE = re.compile(r"\?|\bOK\b|https?://|\S@\S+\.\S|\+?\d[\d\s().-]{6,}\d|{{ *preferences_url")

# How texts say how to stop, by the words of which languages.
STOP_VERBS: Mapping[str, frozenset[str]] = {
    "reply": frozenset({"en"}), "text": frozenset({"en"}), "send": frozenset({"en"}),
    "write": frozenset({"en"}), "responde": frozenset({"es", "pt"}),
    "responda": frozenset({"es", "pt"}), "escribe": frozenset({"es"}),
    "escriba": frozenset({"es"}), "envía": frozenset({"es"}), "envie": frozenset({"es", "pt"}),
    "envíe": frozenset({"es"}), "escreva": frozenset({"pt"}), "répondez": frozenset({"fr"}),
    "repondez": frozenset({"fr"}), "envoyez": frozenset({"fr"}), "tapez": frozenset({"fr"}),
}  # fmt: skip
STOP_WORDS: Mapping[str, frozenset[str]] = {  # STOP itself is of every language
    "ALTO": frozenset({"es"}), "BAJA": frozenset({"es"}), "PARAR": frozenset({"es", "pt"}),
    "ARRET": frozenset({"fr"}), "ARRÊT": frozenset({"fr"}), "SAIR": frozenset({"pt"}),
}  # fmt: skip
HOW_TO_STOP = re.compile(
    r"(?:\b(" + "|".join(STOP_VERBS) + r")\b[^.!?\n]{0,12}?)?"
    r"(?<![\w-])[\"“«'‘]?(STOP|" + "|".join(STOP_WORDS) + r")(?![\w-])",
    re.IGNORECASE,
)
