"""What the commands print: findings, the summary of a build, answers."""

import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from polisgraph.findings import SEVERITIES
from polisgraph.namespaces import shorten
from polisgraph.snapshot import Snapshot

if TYPE_CHECKING:
    from polisgraph.validate import Validation


def print_findings(validation: "Validation", language: str, least: str) -> None:
    """Print the findings of severity `least` or worse in `language` to standard output, and a line that counts all."""
    shown = SEVERITIES[: SEVERITIES.index(least) + 1]
    for finding in validation.findings:
        if finding.severity in shown:
            click.echo(finding.text(language))
    counts = Counter(finding.severity for finding in validation.findings)
    click.echo(", ".join(f"{counts[severity]} × {severity}" for severity in SEVERITIES))


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
