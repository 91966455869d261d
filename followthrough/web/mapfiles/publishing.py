"""Publishing maps from files and exporting them again."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from django.core.management.base import CommandError
from django.db import transaction

from followthrough.accounts.models import Member, Organization
from followthrough.core import clock
from followthrough.journeys import documents, versions
from followthrough.journeys.definition import MapDocument
from followthrough.journeys.models import MessageMap, Running, Version
from followthrough.runs.published import publishing
from followthrough.web import permissions
from followthrough.web.mapfiles import files

ABILITY = "publish-maps"


def organization(slug: str) -> Organization:
    """The organization of a slug; without one, the only one there is. Raises CommandError."""
    known = {one.slug: one for one in Organization.objects.order_by("slug")}
    if slug in known:
        return known[slug]
    if not slug and len(known) == 1:
        return next(iter(known.values()))
    wanted = f"There is no organization {slug!r}." if slug else "Several organizations are here."
    raise CommandError(f"{wanted} Give one with --organization: {', '.join(known) or 'none'}.")


def map_of(owner: Organization, slug: str) -> MessageMap:
    """An organization's map. Raises CommandError."""
    found = MessageMap.objects.filter(organization=owner, slug=slug).first()
    if found:
        return found
    known = list(MessageMap.objects.filter(organization=owner).values_list("slug", flat=True))
    close = get_close_matches(slug, known, n=1)
    meant = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known) or 'none'}."
    raise CommandError(f"{owner.name} has no map {slug!r}. {meant}")


def slug_of(name: str) -> str:
    """What the map in a file is called, where nobody says: as the file."""
    return Path(name).stem.lower()


def version_of(map: MessageMap, number: int | None) -> Version:
    """A version of a map; without a number the newest. Raises CommandError."""
    found = Version.objects.filter(map=map, **({"number": number} if number else {}))
    version = found.order_by("-number").first()
    if version is None:
        raise CommandError(
            f"The map {map.slug} has no version {number}." if number
            else f"The map {map.slug} has no version yet."
        )  # fmt: skip
    return version


def exported(version: Version) -> documents.Written:
    """A version as YAML: as it came, or in the layout of the last one before that came as YAML."""
    document = versions.document(version.id)
    earlier = Version.objects.filter(map_id=version.map_id, number__lte=version.number)
    like = earlier.exclude(source="").order_by("-number").values_list("source", flat=True).first()
    return documents.written(document, like=like or "")


# --- publishing ----------------------------------------------------------------------------------


class Published(NamedTuple):
    """The newest version, and whether it is new; none where a second person has to agree first."""

    version: Version | None
    is_new: bool


@transaction.atomic
def publish(
    name: str,
    *,
    owner: Organization,
    slug: str,
    new: bool,
    expect: str,
    force: bool,
    by: str,
    note: str,
    running: str = Running.STAY,
) -> Published:
    """Publish the map in a file. Raises CommandError, with the reason and what to do."""
    text, document = files.usable(name)
    author = _author(owner, by)
    map = _map(owner, slug, document.name, new=new)
    MessageMap.objects.select_for_update(no_key=True).get(id=map.id)
    newest = Version.objects.filter(map=map).order_by("-number").first()
    if newest and versions.document(newest.id) == document:
        return Published(newest, is_new=False)
    if newest and not force:
        _check_expected(newest, expect)
    try:
        made = publishing.publish(
            map=map, document=document, author_id=author, note=note, source=text, running=running,
            at=clock.now(),
        )  # fmt: skip
    except publishing.NoNote as problem:
        raise CommandError(f"{problem} Give it with --note.") from None
    except publishing.NoAuthor as problem:
        raise CommandError(f"{problem} Give your address with --as.") from None
    return Published(made.version, is_new=True)


def _map(owner: Organization, slug: str, name: str, *, new: bool) -> MessageMap:
    if not new:
        try:
            return map_of(owner, slug)
        except CommandError as problem:
            raise CommandError(f"{problem} To make one, add --new.") from None
    if MessageMap.objects.filter(organization=owner, slug=slug).exists():
        raise CommandError(f"{owner.name} has a map {slug!r} already. Leave --new out.")
    return MessageMap.objects.create(organization=owner, slug=slug, name=name)


def _author(owner: Organization, email: str) -> str:
    """The member who publishes, by their mail address; '' is whoever runs the command."""
    if not email:
        return ""
    member = Member.objects.filter(organization=owner, user__email=email.lower()).first()
    if member is None:
        raise CommandError(
            f"{email} is no member of {owner.name}. Give the address they sign in with."
        )
    if member.role not in permissions.roles(ABILITY):
        raise CommandError(f"{email} may not publish maps: their role is {member.role}.")
    return str(member.id)


def _check_expected(newest: Version, expect: str) -> None:
    """The newest version is the one that the file was made from: a number, or a file with it."""
    if not expect:
        raise CommandError(
            f"Version {newest.number} is the newest, published {newest.published_at:%Y-%m-%d %H:%M}"
            f" UTC. Say that the file was made from it with --expect {newest.number}, or with a"
            " file that says what it said; --force publishes whatever is there."
        )
    if expect.isdecimal():
        fits = int(expect) == newest.number
    else:
        fits = files.usable(expect)[1] == versions.document(newest.id)
    if not fits:
        raise CommandError(
            f"Somebody else published: version {newest.number} is the newest, and it is not what"
            f" the file was made from. See `map diff FILE --version {newest.number}`, take over"
            " what changed, and publish again."
        )


def documents_of(name: str) -> MapDocument:
    """What a file says. Raises CommandError."""
    return files.usable(name)[1]
