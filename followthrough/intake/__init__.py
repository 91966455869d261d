"""Everything from and to an ATS: raw events are worked off into the mirror, write-backs go out."""
