"""The console's pages. Who may open which stands in `web.permissions`."""

from django.conf import settings
from django.urls import path

from followthrough.web.console import candidate, candidates, components, interviews_page, sign_in
from followthrough.web.console.inbox import acts as inbox_acts
from followthrough.web.console.inbox import pages as inbox
from followthrough.web.console.today import views as today

urlpatterns = [
    path("", today.page, name="today"),
    path("today/live", today.changes, name="today-live"),
    path("candidates/", candidates.page, name="candidates"),
    path("candidates/<uuid:key>", candidate.page, name="candidate"),
    path("candidates/<uuid:key>/live", candidate.changes, name="candidate-live"),
    path("interviews/", interviews_page.page, name="interviews"),
    path("inbox/", inbox.page, name="inbox"),
    path("inbox/live", inbox.live_list, name="inbox-live"),
    path("inbox/<uuid:key>", inbox.one, name="handoff"),
    path("inbox/<uuid:key>/live", inbox.live_talk, name="handoff-live"),
    path("inbox/<uuid:key>/reply", inbox_acts.reply, name="reply"),
    path("inbox/<uuid:key>/withdraw", inbox_acts.withdraw, name="withdraw-reply"),
    path("handoffs/<uuid:key>/take", inbox_acts.take, name="take-handoff"),
    path("handoffs/<uuid:key>/assign", inbox_acts.assign, name="assign-handoff"),
    path("handoffs/<uuid:key>/resolve", inbox_acts.resolve, name="resolve-handoff"),
    path("handoffs/<uuid:key>/reopen", inbox_acts.reopen, name="reopen-handoff"),
    path("sign-in/", sign_in.how, name="sign-in"),
    path("sign-in/<str:token>", sign_in.with_link, name="sign-in-link"),
    path("sign-out", sign_in.out, name="sign-out"),
]

if settings.DEBUG:
    urlpatterns += [path("components", components.page, name="components")]
