"""The sentences of receipts, by code. `words` fills in what stands in %(…)s."""

from django.utils.translation import gettext_noop as _

HEADS = {
    "send": _("Sent."),
    "hold": _("Held."),
    "drop": _("Not sent."),
    "merge": _("Not sent by itself."),
    "cancel": _("Cancelled."),
    "fail": _("Could not be sent."),
    "unknown": _("Nobody knows whether it went out."),
    "shadow": _("Would have been sent."),
}

# Why something was held, dropped, merged, cancelled or failed.
REASONS = {
    "not_relevant": _("It no longer applied: %(failing)s."),
    "too_late": _("By the time it could go out it was of no more use."),
    "anchor_moved": _("The time it was planned around has changed since."),
    "channel_failed": _("This channel was tried and definitively failed."),
    "no_address": _("The candidate has no address to reach them at."),
    "unusable": _("The address cannot be used: %(reason)s."),
    "opted_out": _("They asked for no more messages at this address."),
    "narrowed": _("They asked for less at this address, and this is of what they do not want."),
    "no_consent": _("There is no consent on record for this person at this address."),
    "silent_channel": _("They chose to get no messages on this channel (on %(chosen_at)s)."),
    "nothing_wished": _("They chose to get no messages at all (on %(chosen_at)s)."),
    "only_interviews": _("They chose to get only messages about interviews (on %(chosen_at)s),"
                         " and this is none."),
    "other_application": _("They chose to hear about one application only (on %(chosen_at)s),"
                           " and this is about another."),
    "paused": _("They paused their messages (on %(chosen_at)s)."),
    "no_sender": _("The organization has no sender for this channel. Add one under Connections."),
    "frozen": _("Automation is silent: %(why)s."),
    "no_zone": _("Nobody knows which time zone the candidate is in, so no hour is known to be"
                 " allowed. Add an address or ask them."),
    "legal_hours": _("Legal hours: it was %(local)s for this candidate (zone: %(evidence)s)."),
    "quiet_hours": _("Quiet hours: it was %(local)s for this candidate (zone: %(evidence)s)."),
    "map_hours": _("Hours of the message map: it was %(local)s for this candidate"
                   " (zone: %(evidence)s)."),
    "no_common_hour": _("No hour is allowed in every zone the candidate may be in"
                        " (%(evidence)s). Ask them where they are."),
    "merged": _("Another message that went out at the same moment says enough."),
    "legal_caps": _("Legal cap: at most %(at_most)s %(window)s per %(per)s%(keeping)s,"
                    " and they were used."),
    "caps": _("Cap: at most %(at_most)s %(window)s per %(per)s%(keeping)s,"
              " and they were used."),
    "sender_inactive": _("The sender is paused."),
    "empty_text": _("The text came out empty."),
    "template_problem": _("The text could not be made: %(problem)s. Correct it in the map."),
    "too_long": _("The text has %(segments)s parts; more than %(at_most)s are a mistake."),
    # Not the gate's: what happened to a touch otherwise.
    "in_shadow": _("Shadow: everything is decided and shown, and nothing is sent."),
    "unmatched": _("No assignment rule gives its application to this message map any more."),
    "left_stage": _("The application left the stage it belonged to."),
    "anchor_cleared": _("The time it was planned around was taken away."),
    "answered": _("The candidate has answered already."),
    "replied": _("The candidate has written meanwhile."),
    "withdrawn": _("Whoever wrote it took it back before it was handed over."),
    "run_ended": _("The run through the message map has ended."),
    "stale_batch": _("It waited for a yes with many others and was stale by then: it was meant to"
                     " go out on %(meant)s. Whoever decided left out what was stale."),
    "batch_cancelled": _("It waited for a yes with many others, and whoever decided cancelled"
                         " them."),
    "version_moved": _("The application moved to another version of the message map."),
    "unreachable": _("Nobody can be reached at this address on this channel."),
    "throttled": _("The provider asked to wait; it is tried again."),
    "rejected": _("The provider refused this message."),
    "opted_out_at_provider": _("The provider knows of an opt-out, which now counts here too."),
    "misconfigured": _("The sender is set up wrongly. Check it under Connections."),
    "outcome_unknown": _("The provider was asked and could not say. A person should check."),
    "poison": _("Deciding failed again and again because of a fault of ours."),
    "decision_expired": _("The decision grew too old, or something changed, before it could be"
                          " handed over. It is decided again."),
}  # fmt: skip

PASSED = {
    "relevant": _("What it was planned for still holds%(holding)s."),
    "in_time": _("It is not too late for it."),
    "anchor": _("The time it was planned around is unchanged."),
    "untried": _("This channel has not failed for this message."),
    "address": _("There is an address."),
    "usable": _("The address can be used."),
    "not_opted_out": _("Nobody opted out at this address."),
    "consent": _("Consent is on record (%(consent_basis)s)."),
    "wished_channel": _("They have not turned this channel off."),
    "wished": _("It is what they chose to get."),
    "sender": _("There is a sender."),
    "not_frozen": _("Nothing is stopped, and no person has to answer first."),
    "zone": _("The zone is known (%(evidence)s)."),
    "legal_hours": _("The law allows this hour: it was %(local)s for this candidate."),
    "quiet_hours": _("The policy allows this hour: it was %(local)s for this candidate."),
    "map_hours": _("The message map allows this hour: it was %(local)s for this candidate."),
    "not_merged": _("No other message of the moment says the same."),
    "legal_caps": _("There is room under every legal cap."),
    "caps": _("There is room under every cap of the policy and of the message map."),
    "sender_active": _("The sender may send."),
    "introduced": _("The first message to this address says %(introduction)s."),
    "text": _("The text is ready."),
    "sent": _("It went out."),
}

# In place of "The zone is known", where what is known says more than one.
SEVERAL_ZONES = _("They may be in one of several zones (%(evidence)s): the hour must suit each.")

SKIPPED = {
    "relevant": _("It depends on no condition."),
    "anchor": _("It is not planned around a time."),
    "not_opted_out": _("An opt-out does not stop its one confirmation."),
    "consent": _("No consent is needed here."),
    "wished_channel": _("They have never chosen channels."),
    "wished": _(
        "They have not chosen to get less, or it is not for them to stop: a person's own"
        " message, an answer to what they wrote, or a service message."
    ),
    "not_frozen": _("A service message is not silenced by a freeze."),
    "zone": _("The hour does not matter here."),
    "legal_hours": _("No legal hours bind this channel."),
    "quiet_hours": _("The policy sets no hours for this channel."),
    "map_hours": _("The message map sets no hours of its own."),
    "not_merged": _("It is never merged into another message."),
    "introduced": _("It needs no introduction."),
    "legal_caps": _("No legal cap counts it."),
    "caps": _("No cap of the policy or of the message map counts it."),
}

HOUR_CODES = frozenset({"legal_hours", "quiet_hours", "map_hours"})
HOLIDAY = _("It is a public holiday for this candidate (%(holiday)s).")
HOLIDAYS = {"own": _("It is a day on which the organization sends nothing.")}
BASES = {
    "reply": _("Any hour is fine: it answers what the candidate has just written."),
    "service": _("Any hour is fine: it is a service message."),
    "asks": _(
        "Any hour is fine: nobody knows their time zone, and a person writes to them by mail."
    ),
}
INTRODUCTION = {
    "company": _("who writes and why"),
    "automated": _("that it is automated"),
    "stop": _("how to stop it"),
}
CHANNELS = {"sms": _("text"), "email": _("email"), "whatsapp": _("WhatsApp"),
            "webchat": _("web chat"), "voice": _("phone")}  # fmt: skip
EVIDENCE = {
    "stated": _("stated by the candidate"),
    "address": _("their address"),
    "site": _("the site"),
    "area_code": _("their area code"),
    "organization": _("the organization’s country"),
}
PER = {"address": _("address"), "person": _("person"), "application": _("application")}
WINDOWS = {"day": _("on one day"), "stage": _("in one stage")}
FREEZES = {
    "handoff": _("a person has to answer first"),
    "promise": _("somebody promised to get in touch"),
    "accommodation": _("an accommodation is being arranged"),
    "kill_switch": _("everything was stopped by hand"),
    "held_batch": _("very many messages would leave at once, and a person has to say yes first"),
    "unmatched": _("no assignment rule gives it this message map any more"),
}
SHADOWS = {  # what keeps a message in shadow
    "map": _("Its message map is in shadow."),
    "connection": _("Its connection to the ATS is in shadow."),
    "earlier": _("It follows up on a message that was only in shadow."),
}
UNUSABLE = {
    "not_a_number": _("it is not a telephone number"),
    "too_short": _("it has too few digits"),
    "too_long": _("it has too many digits"),
    "no_country": _("no country has that code"),
    "wrong_length": _("no number there has that many digits"),
    "not_in_use": _("no such number is in use"),
    "wrong_number": _("whoever has it is not the candidate"),
    "not_an_address": _("it is not a mail address"),
    "": _("it could not be read"),
}
PROBLEMS = {
    "no_content": _("the map has no text for this channel"),
}
CONSENT = {
    "application_form": _("asked on the application form"),
    "form_with_number": _("asked on a form that named the address"),
    "narrowed": _("they chose what to stop"),
    "start": _("they texted START"),
    "start_yes": _("they texted YES"),
}

# What a message depends on, and still finds as it was planned for.
HOLDING = {
    "stage": _("the application is in its stage"),
    "person": _("the application is the same person’s"),
    "anchor": _("the time it is about has not changed"),
    "ask": _("the answer it goes by is unchanged"),
    "silence": _("they have not written since"),
    "told": _("nothing else has told them of the time since it was due"),
    "map": _("the condition in the message map is met"),
}

# What a failing condition means, by what it is about; of the map's own it is said what the map asks
# for (`unmet`).
CONDITIONS = {
    "person": _("the application is another person's now"),
    "stage": _("the application is in another stage now"),
    "anchor": _("the time it is about has changed"),
    "silence": _("the candidate has written meanwhile"),
    "told": _("another message has told them of the time since it was due"),
}
ADDRESSES = {
    "candidate.email": _("a mail address of theirs"),
    "candidate.phone": _("a phone number of theirs"),
}
OF_ANCHORS = {
    "at": _("the time of %(anchor)s"),
    "weekday": _("the weekday of %(anchor)s"),
    "hour": _("the hour of %(anchor)s"),
}
ANSWERED = _("the candidate has already answered")
UNMET = _("It goes out only if %(failing)s, and that was not so.")
ANSWERS = {"confirmed": _("yes"), "declined": _("no"), "open": _("still to come")}
OPERATORS = {
    "is": _("is"),
    "is_not": _("is not"),
    "in": _("is"),
    "not_in": _("is not"),
    "contains": _("contains"),
    "before": _("is before"),
    "after": _("is after"),
    "at_least": _("is at least"),
    "at_most": _("is at most"),
}
