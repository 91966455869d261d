"""The words of people who are not the candidate, as data: English, Spanish, French, Portuguese.

Write plain: case, accents, apostrophes and punctuation do not matter (`core.tokens`).
"""

from __future__ import annotations

# Whole clauses that say it.
WRONG: dict[str, tuple[str, ...]] = {
    "en": (
        "wrong number", "wrong person", "wrong guy", "wrong phone number", "wrong cell",
        "wrong phone", "this is the wrong number", "this is a wrong number", "its the wrong number",
        "you have the wrong number", "you have the wrong person", "you have a wrong number",
        "you have wrong number", "you have the wrong guy", "you have the wrong phone number",
        "you got the wrong number", "you got the wrong person", "you got wrong number",
        "youve got the wrong number", "youve got the wrong person", "u have the wrong number",
        "u got the wrong number", "u have the wrong person", "u got wrong number",
        "i think you have the wrong number", "i think you have the wrong person",
        "i think you got the wrong number", "i believe you have the wrong number",
        "i believe you have the wrong person", "i think this is the wrong number",
        "looks like you have the wrong number", "you must have the wrong number",
        "you must have the wrong person", "you are texting the wrong number",
        "youre texting the wrong number", "you are texting the wrong person",
        "youre texting the wrong person", "you texted the wrong number",
        "you texted the wrong person", "you messaged the wrong person",
        "you are contacting the wrong person", "you reached the wrong person",
        "you have reached the wrong person", "youve reached the wrong number",
        "you have reached the wrong number", "not the person you are looking for",
        "im not the person you are looking for", "i am not the person you are looking for",
        "im not who youre looking for", "i am not who you are looking for",
        "not the right person", "not the right number", "this is not the right number",
        "this isnt the right number", "im not the right person", "i am not the right person",
        "i didnt apply for any job", "i did not apply for any job", "i never applied for any job",
        "i never applied for a job", "i have a new number that used to be theirs",
        "nobody by that name here", "no one by that name here", "there is no one by that name here",
        "theres no one by that name here", "this number belongs to someone else",
        "this number belongs to somebody else",
    ),
    "es": (
        "numero equivocado", "telefono equivocado", "persona equivocada", "es numero equivocado",
        "este es un numero equivocado", "es un numero equivocado", "tiene el numero equivocado",
        "tienen el numero equivocado", "tienes el numero equivocado", "se equivoco de numero",
        "se equivocaron de numero", "te equivocaste de numero", "se ha equivocado de numero",
        "te has equivocado de numero", "se han equivocado de numero", "se equivoca de numero",
        "se equivoco de persona", "se equivocaron de persona", "te equivocaste de persona",
        "se equivoca de persona", "se ha equivocado de persona", "esta equivocado de numero",
        "estan equivocados de numero", "estas equivocado de numero", "no soy esa persona",
        "yo no soy esa persona", "no soy la persona que busca", "no soy la persona que buscan",
        "no soy la persona que buscas", "no es el numero correcto", "este no es el numero correcto",
        "creo que se equivoco de numero", "creo que se equivoco de persona",
        "creo que tiene el numero equivocado", "aqui no vive", "ese no es mi nombre",
    ),
    "fr": (
        "mauvais numero", "faux numero", "mauvaise personne", "erreur de numero",
        "vous avez le mauvais numero", "tu as le mauvais numero", "cest le mauvais numero",
        "cest un mauvais numero", "vous avez fait un faux numero", "vous vous trompez de numero",
        "vous vous etes trompe de numero", "vous vous etes trompes de numero",
        "tu te trompes de numero", "tu tes trompe de numero", "vous faites erreur",
        "vous vous trompez de personne", "vous vous etes trompe de personne",
        "tu te trompes de personne", "tu tes trompe de personne", "ce nest pas le bon numero",
        "cest pas le bon numero", "pas le bon numero", "ce nest pas la bonne personne",
        "cest pas la bonne personne", "pas la bonne personne", "je ne suis pas la bonne personne",
        "je ne suis pas cette personne", "je ne suis pas la personne que vous cherchez",
        "vous faites erreur de personne", "je crois que vous vous trompez de numero",
        "je pense que vous vous trompez de numero", "je crois que vous avez le mauvais numero",
    ),
    "pt": (
        "numero errado", "telefone errado", "pessoa errada", "e numero errado",
        "esse e o numero errado", "este e o numero errado", "voce esta com o numero errado",
        "voces estao com o numero errado", "voce tem o numero errado", "voces tem o numero errado",
        "voce ligou para o numero errado", "voce mandou para o numero errado",
        "mandou para o numero errado", "mandou para a pessoa errada",
        "voce mandou para a pessoa errada", "se enganou de numero", "enganou se no numero",
        "voce se enganou de numero", "foi engano", "e engano", "por engano", "voce se enganou",
        "nao sou essa pessoa", "eu nao sou essa pessoa", "nao sou a pessoa que procura",
        "nao sou a pessoa que voce procura", "nao sou quem voce procura",
        "nao e o numero certo", "esse nao e o numero certo", "este nao e o numero certo",
        "esse numero nao e dessa pessoa", "acho que voce esta com o numero errado",
        "acho que e numero errado",
    ),
}  # fmt: skip

# What stands before a name that is not theirs; what may stand after it.
NOT: dict[str, tuple[str, ...]] = {
    "en": (
        "not", "im not", "i am not", "this is not", "this isnt", "this aint", "its not",
        "it is not", "sorry not", "you are not texting", "i dont know any", "i dont know a",
        "i do not know any", "there is no", "theres no", "no", "this is not the number of",
        "this isnt the number of", "this is no longer", "this is not the number for",
        "this isnt the number for",
    ),
    "es": (
        "no soy", "yo no soy", "no es", "este no es", "esta no es", "aqui no es",
        "aqui no vive", "no conozco a", "no conozco a ninguna", "no conozco a ningun",
        "este no es el numero de", "este no es el telefono de", "no es el numero de",
        "no es el telefono de", "este ya no es el numero de", "ya no es el numero de",
        "este numero no es de", "ese numero no es de", "no hay ninguna", "no hay ningun",
    ),
    "fr": (
        "je ne suis pas", "je suis pas", "ce nest pas", "cest pas", "je ne connais pas",
        "je ne connais pas de", "ce nest pas le numero de", "cest pas le numero de",
        "ce nest plus le numero de", "il ny a pas de", "pas de",
    ),
    "pt": (
        "nao sou", "eu nao sou", "nao sou a", "nao sou o", "eu nao sou a", "eu nao sou o",
        "nao e", "nao e a", "nao e o", "aqui nao e", "aqui nao e a", "aqui nao e o",
        "nao conheco", "nao conheco nenhuma", "nao conheco nenhum", "esse numero nao e da",
        "esse numero nao e do", "este numero nao e da", "este numero nao e do",
        "esse nao e o numero da", "esse nao e o numero do", "este nao e o numero de",
    ),
}  # fmt: skip
AFTER = ("", "here", "at this number", "on this number", "anymore", "sorry", "aqui", "ici")
AFTER_THEIRS = ("number", "phone", "number anymore", "phone number", "cell")  # "not Maria's …"

# Names that people also write when they are asked whether they can come: only a person can tell.
ALSO_WORDS = frozenset({
    "able", "angel", "available", "blessing", "can", "chance", "cool", "early", "faith", "fine",
    "free", "good", "grace", "happy", "here", "hope", "in", "interested", "joy", "late", "may",
    "ok", "precious", "ready", "sunny", "sure", "will", "young", "feliz", "libre", "listo", "sol",
    "paz", "bien", "seguro", "segura", "pret", "bom", "ai",
})  # fmt: skip

# Polite words around it change nothing.
COURTESY = (
    "sorry", "im sorry", "i am sorry", "hi", "hello", "hey", "please", "thanks", "thank you", "no",
    "but", "sir", "maam", "excuse me", "um", "uh", "lol", "dude", "bro", "man",
    "hola", "perdon", "disculpe", "disculpa", "lo siento", "por favor", "gracias", "pero",
    "bonjour", "bonsoir", "desole", "desolee", "pardon", "merci", "mais", "non",
    "oi", "ola", "desculpe", "desculpa", "obrigado", "obrigada", "mas", "nao",
)  # fmt: skip
