"""Walks with a person through what there is to decide on: shows a case, hears a key, keeps the decision."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import click

from polisgraph.cli.casecard import show
from polisgraph.cli.keys import listening
from polisgraph.links import ItemLink, Status
from polisgraph.review import Case, read_things

if TYPE_CHECKING:
    from polisgraph.review import Desk
    from polisgraph.review.asking import Ask

_KEYS = {"y": Status.CONFIRMED, "n": Status.REJECTED}
_QUIT = ("q", "\x04")


class Made(NamedTuple):
    """A decision of this walk: on which case, and what stood in its place."""

    at: int
    decision: ItemLink
    before: ItemLink | None


def walk(pending: Sequence[Case], desk: "Desk", ask: "Ask", language: str, made: list[Made]) -> None:
    """Put one case after the other before the person, until none is left or the person quits.

    `made` gathers the decisions that are kept. Raises SourceError if one cannot be written, and QueryError.
    """
    at = 0
    try:
        with listening() as key:
            while at < len(pending):
                case = pending[at]
                if (known := desk.known(case.pair)) and all(each.decision != known for each in made):
                    click.echo(f"{case.item}: {known.status} by {known.reviewer} meanwhile.")
                    at += 1
                    continue
                show(case, read_things(ask, [case.thing])[case.thing], at + 1, len(pending), language)
                at = _decide(case, at, made, desk, key)
    except (KeyboardInterrupt, EOFError):
        click.echo("Stopped.")
    else:
        click.echo("Nothing is left to decide on.")


def _decide(case: Case, at: int, made: list[Made], desk: "Desk", heard: Callable[[], str]) -> int:
    """Hear keys until one says where to go on; return the number of that case."""
    while True:
        click.echo("y same, n not the same, s skip, u undo, q quit: ", nl=False)
        key = heard().lower()
        click.echo(key if key.isprintable() else "")
        if key in _KEYS:
            decision = desk.decision(case.candidates, _KEYS[key])
            if objection := desk.objection(decision):
                click.echo(f"Not kept: {objection}.")
                continue
            made.append(Made(at, decision, desk.keep(decision)))
            return at + 1
        if key == "s":
            return at + 1
        if key == "u" and made:
            last = made.pop()
            desk.ledger.withdraw(last.decision, last.before)
            return last.at
        if key == "u":
            click.echo("There is no decision of this run to undo.")
        if key in _QUIT:
            raise EOFError
