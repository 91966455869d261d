"""Sign-in by address and password, and a forgotten one: tried only so often, telling nobody."""

from __future__ import annotations

import re

import pytest
from django.conf import settings as configured
from django.core import mail
from django.test import Client

from followthrough.accounts.models import Member, Organization, User
from followthrough.web.console.tests.conftest import member_of

pytestmark = pytest.mark.django_db
PASSWORD = "four words make one"


@pytest.fixture(autouse=True)
def mails(settings) -> None:
    settings.MAIL = "smtp"  # and Django's tests keep what is sent


@pytest.fixture
def maya(organization: Organization) -> Member:
    member = member_of(organization)
    member.user.set_password(PASSWORD)
    member.user.save()
    return member


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str):
    return client.post("/sign-in/", {"login": email, "password": password, **more})


def test_address_and_password_let_in_and_the_session_is_a_new_one(maya: Member) -> None:
    client = Client()
    client.session.save()
    client.cookies[configured.SESSION_COOKIE_NAME] = planted = client.session.session_key
    answer = sign_in(client, maya.user.email.upper())
    assert answer.headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert client.cookies[configured.SESSION_COOKIE_NAME].value != planted
    assert Member.objects.get(id=maya.id).seen_at


def test_the_password_is_kept_as_argon2(maya: Member) -> None:
    assert maya.user.password.startswith("argon2$argon2id$")


def test_a_wrong_password_and_an_unknown_address_look_the_same(maya: Member) -> None:
    pages = []
    for email in (maya.user.email, "nobody@example.org"):
        answer = sign_in(Client(), email, "wrong wrong wrong")
        assert answer.status_code == 200
        page = re.sub(r'value="[^"]*"', "", answer.content.decode())
        pages.append(page.replace(email, ""))
    assert "do not belong together" in pages[0]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("email", ["maya", "nobody@example.org"])
def test_after_five_wrong_ones_nobody_may_try_even_the_right_one(maya: Member, email: str) -> None:
    email = maya.user.email if email == "maya" else email
    for _ in range(5):
        sign_in(Client(), email, "wrong wrong wrong")
    answer = sign_in(Client(), email)
    assert "tried too often" in answer.content.decode()


def test_one_place_may_only_try_so_often_whatever_the_address(maya: Member) -> None:
    for number in range(10):
        sign_in(Client(), f"nobody{number}@example.org", "wrong wrong wrong")
    assert "tried too often" in sign_in(Client(), maya.user.email).content.decode()
    assert sign_in(Client(REMOTE_ADDR="192.0.2.7"), maya.user.email).status_code == 302


def test_an_account_that_is_switched_off_is_told_so(maya: Member) -> None:
    User.objects.update(is_active=False)
    client = Client()
    assert sign_in(client, maya.user.email).headers["Location"] == "/sign-in/"
    assert "switched off" in client.get("/sign-in/").content.decode()
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    ("asked", "opened"),
    [
        ("/candidates/?q=a", "/candidates/?q=a"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("http://testserver/candidates/", "/"),  # no host at all, not even ours
        ("http://localhost/candidates/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_only_pages_of_ours_open_afterwards(maya: Member, asked: str, opened: str) -> None:
    assert sign_in(Client(), maya.user.email, next=asked).headers["Location"] == opened
    client = Client()
    client.force_login(maya.user)
    assert client.get("/sign-in/", {"next": asked}).headers["Location"] == opened


def test_where_nobody_is_yet_the_page_says_how_the_first_owner_is_made() -> None:
    page = Client().get("/sign-in/").content.decode()
    assert "followthrough owner --organization" in page
    assert 'name="password"' not in page


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/", "/sign-in/signup/"])
def test_nobody_signs_up(path: str) -> None:
    assert Client().get(path).status_code == 404


def link_in_mail() -> str:
    found = re.search(r"http://localhost:8000(/password/new/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def asked_for(email: str) -> Client:
    client = Client()
    answer = client.post("/password/forgotten", {"email": email})
    assert answer.headers["Location"] == "/password/sent"
    return client


def test_a_forgotten_password_is_chosen_anew_by_a_link_that_works_once(maya: Member) -> None:
    elsewhere = Client()
    elsewhere.force_login(maya.user)
    client = asked_for(maya.user.email)
    assert mail.outbox[-1].to == [maya.user.email]
    link = link_in_mail()
    form = client.get(link, follow=True)
    path = form.request["PATH_INFO"]
    assert path.endswith("-set-password")  # the token is not in the address any more
    new = {"password1": "another four words", "password2": "another four words"}
    assert client.post(path, new).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert "was changed" in mail.outbox[-1].subject
    again = Client().get(link, follow=True)
    assert "does not work any more" in again.content.decode()
    assert sign_in(Client(), maya.user.email, "another four words").status_code == 302


def test_the_link_names_our_own_address_whatever_host_was_asked(maya: Member) -> None:
    Client(SERVER_NAME="127.0.0.1").post("/password/forgotten", {"email": maya.user.email})
    assert "http://localhost:8000/password/new/" in mail.outbox[-1].body
    assert "127.0.0.1" not in mail.outbox[-1].body


def test_the_page_does_not_tell_whether_there_is_an_account(maya: Member) -> None:
    known = asked_for(maya.user.email).get("/password/sent").content
    unknown = asked_for("nobody@example.org").get("/password/sent").content
    assert known == unknown
    assert [len(one.to) for one in mail.outbox] == [1, 1]
    assert "/password/new/" not in mail.outbox[1].body


def test_mails_are_not_asked_for_without_end(maya: Member) -> None:
    for _ in range(3):
        asked_for(maya.user.email)
    answer = Client().post("/password/forgotten", {"email": maya.user.email})
    assert answer.status_code == 429
    assert "That was too often" in answer.content.decode()
    assert len(mail.outbox) == 3


@pytest.mark.parametrize(
    "weak", ["short words", "123456789012345", "password1234", "maya@northwind"]
)
def test_a_weak_password_is_not_taken(maya: Member, weak: str) -> None:
    User.objects.filter(id=maya.user_id).update(email="maya@northwind.example")
    client = asked_for("maya@northwind.example")
    path = client.get(link_in_mail(), follow=True).request["PATH_INFO"]
    answer = client.post(path, {"password1": weak, "password2": weak})
    assert answer.status_code == 200
    assert 'class="wrong"' in answer.content.decode()
    assert sign_in(Client(), "maya@northwind.example").status_code == 302  # the old one is good


def test_where_no_mail_leaves_the_page_says_so_and_pretends_nothing(maya: Member, settings) -> None:
    settings.MAIL = "none"
    for answer in (
        Client().get("/password/forgotten"),
        Client().post("/password/forgotten", {"email": maya.user.email}),
    ):
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "sends no mail" in page
        assert 'name="email"' not in page
    assert mail.outbox == []


@pytest.mark.parametrize("email", ["maya", "nobody@example.org"])
def test_a_mail_server_that_is_away_is_said_to_be(maya: Member, email: str, settings) -> None:
    settings.EMAIL_BACKEND = "followthrough.web.console.tests.test_passwords.Away"
    email = maya.user.email if email == "maya" else email
    answer = Client().post("/password/forgotten", {"email": email})
    assert answer.status_code == 200
    assert "could not be sent just now" in answer.content.decode()


class Away:
    """A mail backend without a server."""

    def __init__(self, **_: object) -> None: ...

    def send_messages(self, _: object) -> int:
        raise ConnectionRefusedError(f"{'maya'}@example.org")


def test_changing_it_keeps_this_session_and_ends_the_others(maya: Member) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.force_login(maya.user)
    new = {"oldpassword": PASSWORD, "password1": "another four words"}
    wrong = here.post("/settings/password", {**new, "oldpassword": "x", "password2": "y"})
    assert wrong.status_code == 200
    assert "not your present password" in wrong.content.decode()
    answer = here.post("/settings/password", {**new, "password2": "another four words"})
    assert answer.headers["Location"] == "/settings/"
    assert "Your password is changed." in here.get("/settings/").content.decode()
    assert elsewhere.get("/settings/").status_code == 302
    assert "was changed" in mail.outbox[-1].subject


def test_whoever_has_none_chooses_one(organization: Organization) -> None:
    member = member_of(organization)
    member.user.set_unusable_password()
    member.user.save()
    client = Client()
    client.force_login(member.user)
    assert client.get("/settings/password").headers["Location"] == "/settings/password/first"
    new = {"password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/settings/password/first", new).headers["Location"] == "/settings/"
    assert sign_in(Client(), member.user.email).status_code == 302
