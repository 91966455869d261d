"""What a verification found, as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from followthrough.audit.verification import Finding, Report

SENTENCES = {
    "rows_changed": gettext_noop("a row of this block was changed (it still has {sealed} rows)."),
    "rows_added": gettext_noop("rows were added: {sealed} were sealed, found now: {found}."),
    "rows_removed": gettext_noop("rows were removed: {sealed} were sealed, found now: {found}."),
    "rows_outside": gettext_noop("rows were added where everything had been sealed: {found}."),
    "block_changed": gettext_noop("the block itself was changed."),
    "blocks_missing": gettext_noop("blocks between {after} and this one are missing."),
    "link_broken": gettext_noop("it does not continue the block before it."),
}


def sentence(finding: Finding) -> str:
    """One finding as a sentence: where, then what."""
    detail = {"found": _counts(finding.detail.get("found", {}))}
    what = _(SENTENCES[finding.code]).format(**{**finding.detail, **detail})
    if finding.height is None:
        where = _("Organization {organization}")
    else:
        where = _("Organization {organization}, block {height}")
    place = where.format(organization=finding.organization_id, height=finding.height)
    return f"{place}: {what}"


def lines(report: Report) -> Iterator[str]:
    """The whole report, line by line."""
    yield from map(sentence, report.findings)
    if report.found > len(report.findings):
        yield _("… and {more} more findings.").format(more=report.found - len(report.findings))
    summary = _("{blocks} blocks over {rows} rows verified; {unsealed} rows not sealed yet.")
    yield summary.format(blocks=report.blocks, rows=report.rows, unsealed=report.unsealed)
    for organization, (height, digest) in report.heads.items():
        head = _("Head of {organization}: block {height}, {digest}")
        yield head.format(organization=organization, height=height, digest=digest)
    yield _("Intact.") if report.intact else _("NOT INTACT: something was changed after sealing.")


def _counts(found: Mapping[str, int]) -> str:
    return ", ".join(f"{kind} {number}" for kind, number in sorted(found.items())) or "0"
