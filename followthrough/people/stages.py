"""The canonical stages every ATS's own stages are mapped to."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    LEAD = "lead", _("Lead")
    APPLIED = "applied", _("Applied")
    SCREEN = "screen", _("Screen")
    INTERVIEW = "interview", _("Interview")
    OFFER = "offer", _("Offer")
    CHECKS = "checks", _("Checks and paperwork")
    HIRED = "hired", _("Hired")
    REJECTED = "rejected", _("Not moving forward")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    UNMAPPED = "unmapped", _("Unmapped")
