"""The consent ledger and the blocked addresses: what may be sent where, and who said so when.

Entries are only ever added; what counts now is computed from them (`governance.standing`). A grant
binds one person and one address; an opt-out binds the address, for everyone on it. A block is that
opt-out as one row per channel, so that it can be read once more just before a hand-over. Neither a
new application nor anything else the ATS says lifts one.
"""

from followthrough.governance.consent.acts import (
    Opted,
    allow,
    forget_number,
    opt_in,
    opt_out,
    opt_out_person,
    take_back,
)
from followthrough.governance.consent.blocks import refused, refused_by, standing
from followthrough.governance.consent.entries import (
    EVERY_CHANNEL,
    GRANTED,
    LIFTED,
    REVOKED,
    Entry,
    record_all,
)
from followthrough.governance.consent.reading import (
    AT,
    Ledger,
    blocks_of_people,
    heard,
    of_people,
    read_address,
    words_of_people,
)
from followthrough.governance.consent.texts import hash_of
from followthrough.governance.consent.texts import keep as keep_texts
from followthrough.governance.standing import FORM, PROVIDER_BLOCK

__all__ = [
    "AT",
    "EVERY_CHANNEL",
    "FORM",
    "GRANTED",
    "LIFTED",
    "PROVIDER_BLOCK",
    "REVOKED",
    "Entry",
    "Ledger",
    "Opted",
    "allow",
    "blocks_of_people",
    "forget_number",
    "hash_of",
    "heard",
    "keep_texts",
    "of_people",
    "opt_in",
    "opt_out",
    "opt_out_person",
    "read_address",
    "record_all",
    "refused",
    "refused_by",
    "standing",
    "take_back",
    "words_of_people",
]
