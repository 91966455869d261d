"""What candidates write when they are asked to confirm, as data, in English and Spanish.

Write plain: case, accents, apostrophes and punctuation do not matter (`core.tokens`), and a
letter written three times or more counts once.
"""

from __future__ import annotations

YES = (
    "yes", "y", "ye", "yea", "yeah", "yep", "yup", "yess", "yes i will", "yes i am", "yes i can",
    "ok", "okay", "okey", "okie", "k", "kk", "sure", "of course", "absolutely", "definitely",
    "certainly", "for sure", "you bet", "will do", "correct", "affirmative",
    "confirm", "confirmed", "confirming", "i confirm", "i can confirm", "im confirming",
    "ill be there", "i will be there", "well be there", "be there", "i am coming", "im coming",
    "ill come", "i will come", "i can make it", "ill make it", "i will make it", "i can come",
    "i will attend", "ill attend", "i will", "i am", "i do", "i can", "count me in",
    "see you", "see you there", "see you then", "see u there", "see u then", "see ya",
    "see ya there", "see ya then", "sounds good", "sounds great", "works for me", "that works",
    "that works for me", "no problem", "not a problem", "all good", "all set", "1",
    "si", "sii", "claro", "claro que si", "por supuesto", "seguro", "confirmo", "confirmado",
    "confirmada", "ahi estare", "alli estare", "alla estare", "estare ahi", "estare alli",
    "ahi voy a estar", "voy a estar ahi", "ahi nos vemos", "nos vemos", "nos vemos ahi",
    "nos vemos alli", "de acuerdo", "vale", "dale", "esta bien", "cuenten conmigo",
    "👍", "✅", "✔", "☑", "👌",
)  # fmt: skip

# Clear even with a few more words around them ("sorry, I can't make it, my car broke down").
NO = (
    "cant make it", "cannot make it", "can not make it", "wont make it", "will not make it",
    "not going to make it", "not gonna make it", "wont be able to make it", "wont be able to come",
    "will not be able to make it", "will not be able to come", "not able to make it",
    "unable to make it", "unable to come", "unable to attend", "wont be there",
    "will not be there", "not coming", "cant come", "cannot come", "can not come", "cant attend",
    "cannot attend", "wont be able to attend", "will not be able to attend",
    "need to reschedule", "have to reschedule", "want to reschedule", "like to reschedule",
    "need to cancel", "have to cancel", "want to cancel", "like to cancel",
    "cancel my interview", "cancel the interview", "cancel my appointment",
    "not interested", "no longer interested", "no longer available",
    "found another job", "found a job", "got another job", "took another job",
    "accepted another job", "accepted another offer",
    "no puedo ir", "no puedo asistir", "no podre ir", "no podre asistir", "no voy a poder",
    "no voy a poder ir", "no voy a ir", "no ire", "no asistire", "no estare", "no puedo llegar",
    "tengo que reprogramar", "necesito reprogramar", "quiero reprogramar", "tengo que cancelar",
    "quiero cancelar", "no me interesa", "ya no me interesa", "ya tengo trabajo",
    "ya encontre trabajo",
)  # fmt: skip

# Clear only when nothing else is said ("no, I have not had the address yet" is not).
BARE_NO = (
    "no", "nope", "nah", "n", "not", "negative", "no thanks", "no thank you", "no gracias",
    "cannot", "cant", "can not", "wont", "will not", "reschedule", "no puedo", "no podre",
    "reprogramar", "2", "👎", "❌", "✖",
)  # fmt: skip

# How people begin the above; "I will not" must be found before the "I will" in it.
NO_STARTS = ("", "i", "im", "i am", "we", "we are", "yo")

# Beside a clear answer these say nothing.
FILLER = (
    "thanks", "thank you", "thank u", "thx", "ty", "tysm", "thanks so much", "thank you so much",
    "thank you very much", "thanks a lot", "many thanks", "please", "hi", "hello", "hey",
    "good morning", "good afternoon", "good evening", "great", "perfect", "awesome", "wonderful",
    "excellent", "fantastic", "cool", "nice", "sir", "maam", "mam", "miss", "sorry", "im sorry",
    "i am sorry", "so sorry", "looking forward to it", "look forward to it", "looking forward",
    "i look forward to it", "im looking forward to it", "cant wait", "i cant wait",
    "cant wait to", "i cant wait to", "have a great day", "have a good day", "have a nice day",
    "god bless",
    "god bless you", "and", "i", "the interview", "my interview", "for the interview",
    "for my interview", "to the interview", "to my interview", "the appointment",
    "my appointment", "unfortunately", "but thank you", "but thanks",
    "gracias", "muchas gracias", "mil gracias", "por favor", "hola", "buenos dias",
    "buen dia", "buenas tardes", "buenas noches", "buenas", "perfecto", "excelente", "muy bien",
    "bueno", "que tenga buen dia", "saludos", "lo siento", "disculpe", "perdon",
    "la entrevista", "mi entrevista", "a la entrevista", "para la entrevista", "desafortunadamente",
    "😊", "🙂", "😀", "😃", "😄", "😁", "🤩", "😍", "🥰", "❤", "♥", "💯", "🎉", "🙌", "👏", "🤗",
    "😎", "✨", "💪", "🙏", "☺", "😉",
)  # fmt: skip

THANKS = (
    "thanks", "thank you", "thank u", "thx", "ty", "tysm", "thanks so much", "thank you so much",
    "thank you very much", "thanks a lot", "many thanks", "gracias", "muchas gracias",
    "mil gracias", "🙏",
)  # fmt: skip
THANKS_FILLER = (
    "ok", "okay", "great", "perfect", "awesome", "hi", "hello", "sir", "maam", "god bless",
    "god bless you", "have a great day", "have a good day", "have a nice day", "perfecto", "hola",
    "muy bien", "vale", "y", "and", "👍", "😊", "🙂", "😀", "😃", "😄", "😁", "❤", "♥",
)  # fmt: skip

# An answer with one of these is not clear, whatever else it says.
DOUBT = (
    "but", "however", "although", "though", "except", "if", "unless", "maybe", "perhaps",
    "not sure", "i think", "might", "depends", "let me check", "let me see", "question", "late",
    "running late", "instead", "what", "where", "when", "who", "how", "which", "why", "no need",
    "try", "ill try", "hopefully", "can i", "can we", "could i", "could we", "may i",
    "puedo", "pero", "aunque", "quizas", "quiza", "tal vez", "depende",
    "creo", "pregunta", "tarde", "a lo mejor", "donde", "cuando", "cual", "como", "que hora",
    "?", "¿", "🤔",
)  # fmt: skip

# A day or a time: it may be another one than was asked about.
TIME = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon", "tue",
    "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "january", "february", "march",
    "april", "may", "june", "july", "august", "september", "october", "november", "december",
    "today", "tomorrow", "tmrw", "tonight", "later", "earlier", "next", "week", "weekend", "am",
    "pm", "oclock", "noon", "morning", "afternoon", "evening", "minutes", "mins", "hour", "hours",
    "lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo", "enero", "febrero",
    "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre", "hoy", "manana", "semana", "hora", "horas", "minutos", "mediodia", "proximo",
    "proxima", "temprano", "luego",
)  # fmt: skip
