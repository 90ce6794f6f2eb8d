"""What the commands print: findings, the summary of a build, answers."""

import sys
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

import click

from polisgraph.findings import SEVERITIES, Finding
from polisgraph.namespaces import shorten
from polisgraph.snapshot import Snapshot

if TYPE_CHECKING:
    from polisgraph.validate import Validation


SHOWN = 20
"""So many findings of one shape are printed; what is wrong in one way many times is mended in one way."""


def print_findings(validation: "Validation", language: str, least: str, everything: bool = False) -> None:
    """Print the findings of severity `least` or worse in `language` to standard output, and a line that counts all.

    At most `SHOWN` of each shape and severity, and how many more there are, unless `everything` is asked for.
    """
    printed = SEVERITIES[: SEVERITIES.index(least) + 1]
    worth = [finding for finding in validation.findings if finding.severity in printed]
    groups = [list(group) for _, group in groupby(worth, key=lambda finding: (finding.severity, finding.shape))]
    shown = [group if everything else group[:SHOWN] for group in groups]
    places = iter(validation.places([finding for group in shown for finding in group]))
    for group, part in zip(groups, shown, strict=True):
        placed = [(next(places), finding) for finding in part]
        for where, finding in sorted(placed, key=lambda pair: [(str(path), line or 0) for path, line in pair[0]]):
            click.echo(finding.text(where, language))
        if len(group) > len(part):
            click.echo(_more(group[0], len(group) - len(part), language))
    counts = Counter(finding.severity for finding in validation.findings)
    click.echo(", ".join(f"{counts[severity]} × {severity}" for severity in SEVERITIES))


def _more(like: Finding, number: int, language: str) -> str:
    if language == "de":
        return f"… und {number:_} weitere wie diese ({like.title(language)}); --all zeigt sie".replace("_", ".")
    return f"… and {number:,} more like these ({like.title(language)}); --all shows them"


def print_summary(snapshot: Snapshot, fresh: bool, seconds: dict[str, float]) -> None:
    """Print what was built to standard error: counts by kind, findings by severity, seconds per stage."""
    manifest = snapshot.manifest
    if not fresh:
        click.echo(f"Nothing has changed; snapshot {snapshot.id} of {manifest['built']} is in service.", err=True)
        return
    click.echo(f"Snapshot {snapshot.id}: {manifest['triples']} triples in {len(manifest['graphs'])} graphs", err=True)
    for kind, number in manifest["kinds"].items():
        click.echo(f"{number:8} {shorten(kind)}", err=True)
    if manifest["findings"] is not None:
        click.echo("Findings: " + (_listed(manifest["findings"]) or "none"), err=True)
    click.echo("Seconds: " + _listed(seconds), err=True)


def write(body: bytes) -> None:
    """Write an answer to standard output as the bytes it is, with a line end on a terminal."""
    sys.stdout.buffer.write(body)
    if sys.stdout.isatty() and not body.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")
    sys.stdout.buffer.flush()


def _listed(values: dict[str, float]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items())
