"""The console's pages. Who may open which stands in `web.permissions`."""

from allauth.account import views as allauth
from django.conf import settings
from django.urls import path, re_path

from followthrough.web.console import (
    account,
    by_hand,
    candidate,
    components,
    connections,
    interviews_page,
    invitations,
    maps,
    members,
    opting_out,
    passwords,
    policies,
    policy_change,
    sending,
    sign_in,
    switches,
)
from followthrough.web.console.inbox import acts as inbox_acts
from followthrough.web.console.inbox import pages as inbox
from followthrough.web.console.listing import views as listing
from followthrough.web.console.preview import replays
from followthrough.web.console.preview import views as preview
from followthrough.web.console.receipts import export as receipts_export
from followthrough.web.console.receipts import views as receipts
from followthrough.web.console.today import views as today

urlpatterns = [
    path("", today.page, name="today"),
    path("today/live", today.changes, name="today-live"),
    path("candidates/", listing.page, name="candidates"),
    path("candidates/<uuid:key>", candidate.page, name="candidate"),
    path("candidates/<uuid:key>/live", candidate.changes, name="candidate-live"),
    path("candidates/<uuid:key>/opt-out", opting_out.page, name="record-opt-out"),
    path("candidates/<uuid:key>/why", candidate.no_text, name="candidate-why"),
    path("applications/<uuid:key>/send", by_hand.send, name="send-by-hand"),
    path("interviews/", interviews_page.page, name="interviews"),
    path("settings/", account.page, name="settings"),
    path("settings/sign-out-elsewhere", account.out_elsewhere, name="sign-out-elsewhere"),
    path("settings/password", allauth.password_change, name="account_change_password"),
    path("settings/password/first", allauth.password_set, name="account_set_password"),
    path("settings/switch/<uuid:key>", account.switch, name="switch-organization"),
    path("settings/roles", account.roles, name="roles"),
    path("settings/organization", account.organization, name="organization"),
    path("settings/organization/address", account.postal_address, name="postal-address"),
    path("settings/members/", members.page, name="members"),
    path("settings/members/invite", members.invite, name="invite"),
    path("settings/members/<uuid:key>", members.one, name="member"),
    path("settings/members/<uuid:key>/end", members.end, name="end-access"),
    path("settings/members/<uuid:key>/restore", members.restore, name="restore-access"),
    path("settings/invitations/<uuid:key>/renew", members.renew, name="renew-invitation"),
    path("settings/invitations/<uuid:key>/withdraw", members.withdraw, name="withdraw-invitation"),
    path("invitations/<str:token>", invitations.page, name="invitation"),
    path("sign-in/", sign_in.Page.as_view(), name="account_login"),
    path("maps/", maps.page, name="maps"),
    path("maps/<uuid:key>", maps.one, name="map"),
    path("maps/<uuid:key>/v/<int:number>", maps.version, name="map-version"),
    path("maps/<uuid:key>/v/<int:number>.yaml", maps.download, name="map-yaml"),
    path("maps/<uuid:key>/preview", preview.page, name="preview-map"),
    path("maps/<uuid:key>/replays", replays.start, name="start-replay"),
    path("replays/<uuid:key>", replays.page, name="replay"),
    path("replays/<uuid:key>/live", replays.changes, name="replay-live"),
    path("replays/<uuid:key>/cancel", replays.cancel, name="cancel-replay"),
    path("policies/", policies.page, name="policies"),
    path("policies/<int:number>", policies.one, name="policy"),
    path("policies/change", policy_change.change, name="change-policy"),
    path("policies/change/preview", policy_change.preview, name="preview-policy"),
    path("policies/reviewed", policy_change.reviewed, name="policy-reviewed"),
    path("policies/proposals/<uuid:key>/approve", policy_change.approve, name="approve-policy"),
    path("policies/proposals/<uuid:key>/close", policy_change.close, name="close-proposal"),
    path("policies/stop/", switches.page, name="switches"),
    path("policies/stop/<str:kind>/<uuid:key>", switches.stop, name="stop"),
    path("policies/stop/<uuid:key>/go", switches.let_go, name="let-go"),
    path("receipts/", receipts.page, name="receipts"),
    path("receipts/export", receipts_export.download, name="receipts-export"),
    path("receipts/<uuid:key>", receipts.one, name="receipt"),
    path("may-we-send/", sending.page, name="may-we-send"),
    path("connections/", connections.page, name="connections"),
    path("connections/live", connections.page_live, name="connections-live"),
    path("connections/<uuid:key>", connections.one, name="connection"),
    path("connections/<uuid:key>/live", connections.one_live, name="connection-live"),
    path("connections/<uuid:key>/webhook", connections.show_hook, name="show-hook"),
    path("connections/<uuid:key>/again", connections.put_all_back, name="put-all-back"),
    path("parked/events/<uuid:key>", connections.put_back_event, name="put-back-event"),
    path(
        "parked/write-backs/<uuid:key>", connections.put_back_write_back, name="put-back-write-back"
    ),
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
    path("handoffs/<uuid:key>/meant-stop", opting_out.meant, name="meant-stop"),
    path("handoffs/<uuid:key>/no-stop", opting_out.did_not_mean, name="did-not-mean-stop"),
    path("sign-in/<str:token>", sign_in.with_link, name="sign-in-link"),
    path("sign-out", sign_in.out, name="sign-out"),
    path("password/forgotten", passwords.Forgotten.as_view(), name="account_reset_password"),
    path("password/sent", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
]

if settings.DEBUG:
    urlpatterns += [path("components", components.page, name="components")]
