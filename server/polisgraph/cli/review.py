"""`polisgraph review`: put candidates before a person, keep what that person decides. The work itself is elsewhere."""

import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from polisgraph.cli.settings import settable
from polisgraph.errors import SourceError
from polisgraph.namespaces import shorten
from polisgraph.settings import Settings
from polisgraph.snapshot import current

if TYPE_CHECKING:
    from polisgraph.links import ItemLink
    from polisgraph.review import Case, Desk
    from polisgraph.review.asking import Ask

FILE = Path("data/decisions.ttl")


@click.command()
@click.argument("candidates", nargs=-1, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--by", metavar="WHO", help="Who decides: a role, a post or a handle of your choice; see below.")
@click.option(
    "--file", type=click.Path(path_type=Path, dir_okay=False),
    help=f"File of decisions.  [default: {FILE}, if there is a folder data/ here]",
)  # fmt: skip
@click.option("--confirm", nargs=2, multiple=True, metavar="THING QID", help="Confirm, without asking.")
@click.option("--reject", nargs=2, multiple=True, metavar="THING QID", help="Reject, without asking.")
@click.option("--evidence", multiple=True, metavar="TEXT", help="What shows it, kept with each decision.")
@click.option(
    "--take", type=click.Path(path_type=Path, dir_okay=False, exists=True), metavar="FILE",
    help="Keep the decisions in FILE, such as one downloaded from /review.",
)  # fmt: skip
@click.option("--list", "listing", is_flag=True, help="Print what there is to decide on, tab-separated, and end.")
@click.option("--lang", type=click.Choice(["de", "en"]), default="en", show_default=True, help="Language of names.")
@settable("home")
def review(
    settings: Settings,
    candidates: Sequence[Path],
    by: str | None,
    file: Path | None,
    confirm: Sequence[tuple[str, str]],
    reject: Sequence[tuple[str, str]],
    evidence: Sequence[str],
    take: Path | None,
    listing: bool,
    lang: str,
) -> None:
    """Decide which Wikidata items are the right ones, one candidate after the other, on a terminal.

    Candidates are those of the snapshot in service, of its gazetteer, and of the files CANDIDATES, as 'polisgraph link
    --propose' and 'polisgraph wikidata resolve' write them. Keys: y the same, n not the same, s skip, u undo the last
    decision, q quit. Each decision is written at once to a Turtle file that you commit; the next build makes a link of
    what is confirmed, and what is rejected is not proposed again. What is being served is never changed.

    WHO stands in the file, which is public: name a role or post («Europe office, City of Bochum») or a handle of your
    own choice. Municipal staff do not appear by name; an email address is refused.

    Without a terminal: --confirm and --reject (THING as net:eurocities, an IRI or a key such as gnd:4031483-2), --take
    or --list. A decision on what nobody proposed needs --evidence.

    \b
    Example:
      polisgraph review --by "Europe office"
      polisgraph review new.ttl --by "Europe office" --file data/decisions.ttl
      polisgraph review --by editors --reject net:eurocities Q753050 --evidence "kind: the item is a train"
      polisgraph review --list
    """
    from polisgraph.engine.local import LocalEngine
    from polisgraph.links import Decisions, Ledger, Status, read_decisions, read_links
    from polisgraph.review import Desk, cases, linked_by_hand
    from polisgraph.review.asking import csv_of

    asked = bool(confirm or reject or take)
    if not (listing or asked) and not sys.stdin.isatty():
        raise click.UsageError("standard input is no terminal; use --confirm, --reject, --take or --list")
    who = "" if listing or (by is None and take and not (confirm or reject)) else _reviewer(by)
    ledger = Ledger(_file(file, listing))
    proposed = [link for path in candidates for link in read_links(path)]
    snapshot = current(settings.home)
    with closing(LocalEngine(snapshot.store_path, snapshot.graphs, settings)) as engine:

        def ask(query: Any) -> bytes:
            return engine.query(query).body

        decisions = read_decisions(lambda text: csv_of(ask, text))
        decisions.add(ledger.read())
        if listing:
            _print(cases(ask, decisions, proposed), ask, lang)
            return
        desk = Desk(ledger, linked_by_hand(ask), who, date.today(), evidence)
        if not asked:
            _walk(cases(ask, decisions, proposed), desk, ask, lang)
            return
        pending = {case.pair: case.candidates for case in cases(ask, Decisions(), proposed)}
        store = snapshot.store_path
        wanted = [(*pair, Status.CONFIRMED) for pair in confirm] + [(*pair, Status.REJECTED) for pair in reject]
        given = [
            desk.decision(_candidates(text, item, store, ask, pending, evidence), status)
            for text, item, status in wanted
        ]
    if take:
        taken = [link for link in read_links(take) if link.is_decision]
        if not taken:
            raise SourceError("holds no decision; candidates are decided on without --take", take)
        given += taken
    _keep_all(given, desk)


def _keep_all(given: "Sequence[ItemLink]", desk: "Desk") -> None:
    """Keep decisions one after the other; each that is kept is told."""
    for decision in given:
        before = desk.keep(decision)
        click.echo(f"{decision.status}: {shorten(decision.thing)} {decision.item}" + ", again" * (before == decision))
    _tell(len(given), desk)


def _file(given: Path | None, listing: bool) -> Path:
    if given is None and not FILE.parent.is_dir() and not listing:
        raise click.UsageError("there is no folder data/ here; say with --file where decisions are kept")
    return given or FILE


def _reviewer(by: str | None) -> str:
    from polisgraph.links import reviewer

    if by is None:
        raise click.UsageError("who decides? Give --by with a role, a post or a handle, such as --by 'Europe office'")
    try:
        return reviewer(by)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--by") from None


def _walk(pending: "Sequence[Case]", desk: "Desk", ask: "Ask", language: str) -> None:
    from polisgraph.cli.walk import Made, walk

    made: list[Made] = []
    try:
        walk(pending, desk, ask, language, made)
    finally:
        _tell(len(made), desk)


def _candidates(
    text: str,
    item: str,
    store_path: Path,
    ask: "Ask",
    pending: "dict[tuple[str, str], tuple[ItemLink, ...]]",
    evidence: Sequence[str],
) -> "Sequence[ItemLink]":
    """Return what is to be decided on: the candidates of the pair, or a new one if there is evidence."""
    import pyoxigraph as ox

    from polisgraph.cli import terms
    from polisgraph.links import ItemLink
    from polisgraph.reports import keys
    from polisgraph.review import read_things

    key = keys.read(item)
    number = key.value if key and key.scheme is keys.WIKIDATA else item
    thing = terms.subject(ox.Store.read_only(str(store_path)), text)
    if not read_things(ask, [thing])[thing].is_known:
        raise click.BadParameter(f"nothing in the graph or the gazetteer is {text!r}")
    if known := pending.get((thing, number)):
        return known
    if not evidence:
        raise click.UsageError(f"nobody proposed {number} for {shorten(thing)}; say with --evidence what shows it")
    try:
        return [ItemLink(thing, number)]
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _print(pending: "Sequence[Case]", ask: "Ask", language: str) -> None:
    from polisgraph.review import read_things

    things = read_things(ask, [case.thing for case in pending])
    click.echo("thing\tname\titem\titem_name\tevidence")
    for case in pending:
        evidence = " | ".join(dict.fromkeys(text for one in case.candidates for text in one.evidence))
        cells = (shorten(case.thing), things[case.thing].name(language), case.item, case.label, evidence)
        click.echo("\t".join(cell.replace("\t", " ") for cell in cells))


def _tell(number: int, desk: "Desk") -> None:
    if number:
        click.echo(f"{number} kept in {desk.ledger.path}; 'polisgraph check' looks at it, then commit it", err=True)
