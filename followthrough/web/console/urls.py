"""The console's pages. Who may open which stands in `web.permissions`."""

from allauth.account import views as allauth
from django.conf import settings
from django.urls import path, re_path

from followthrough.web.console import (
    account,
    candidate,
    candidates,
    components,
    interviews_page,
    invitations,
    members,
    passwords,
    sign_in,
)
from followthrough.web.console.today import views as today

urlpatterns = [
    path("", today.page, name="today"),
    path("today/live", today.changes, name="today-live"),
    path("candidates/", candidates.page, name="candidates"),
    path("candidates/<uuid:key>", candidate.page, name="candidate"),
    path("candidates/<uuid:key>/live", candidate.changes, name="candidate-live"),
    path("interviews/", interviews_page.page, name="interviews"),
    path("handoffs/<uuid:key>/resolve", today.resolve, name="resolve-handoff"),
    path("settings/", account.page, name="settings"),
    path("settings/sign-out-elsewhere", account.out_elsewhere, name="sign-out-elsewhere"),
    path("settings/password", allauth.password_change, name="account_change_password"),
    path("settings/password/first", allauth.password_set, name="account_set_password"),
    path("settings/switch/<uuid:key>", account.switch, name="switch-organization"),
    path("settings/roles", account.roles, name="roles"),
    path("settings/organization", account.organization, name="organization"),
    path("settings/members/", members.page, name="members"),
    path("settings/members/invite", members.invite, name="invite"),
    path("settings/members/<uuid:key>", members.one, name="member"),
    path("settings/members/<uuid:key>/end", members.end, name="end-access"),
    path("settings/members/<uuid:key>/restore", members.restore, name="restore-access"),
    path("settings/invitations/<uuid:key>/renew", members.renew, name="renew-invitation"),
    path("settings/invitations/<uuid:key>/withdraw", members.withdraw, name="withdraw-invitation"),
    path("invitations/<str:token>", invitations.page, name="invitation"),
    path("sign-in/", sign_in.Page.as_view(), name="account_login"),
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
