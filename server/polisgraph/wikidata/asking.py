"""Asks questions about many things, some at a time, and only about those of which no recent answer is kept.

A question is a SPARQL query with a block `VALUES ?thing { … }`, and ?thing among its columns. Judges no answer.
"""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from polisgraph.reports.blocks import filled
from polisgraph.wikidata.cache import Cache
from polisgraph.wikidata.client import Client, Row

BATCH = 50
"""Things that are asked about at once: an answer of the query service must be found in a minute."""
_QUESTIONS = Path(__file__).parent / "questions"


@dataclass
class Asking:
    """A client with what it was told before; without a cache it asks about everything.

    `advanced` is told about how many more things it will be known what is said of them, and is known now.
    """

    client: Client
    cache: Cache | None = None
    advanced: Callable[[int, int], None] = lambda planned, known: None
    asked: int = field(default=0, init=False)
    """Things about which the endpoint itself was asked."""

    def about(self, name: str, things: Iterable[str], there: bool = False) -> dict[str, list[Row]]:
        """Return what the question `name` of the folder `questions/` finds about each of `things`.

        `things` are terms as SPARQL writes them; what is not found has no rows. If everything should be `there`, what
        has no rows is asked about again the next time. Raises WikidataError if the endpoint gives no whole answer; what
        it said until then is kept.
        """
        text = (_QUESTIONS / f"{name}.rq").read_text(encoding="utf-8")
        wanted = sorted(set(things))
        found = self.cache.known(text, wanted) if self.cache else {}
        self.advanced(len(wanted), len(found))
        left = [thing for thing in wanted if thing not in found]
        for start in range(0, len(left), BATCH):
            batch = left[start : start + BATCH]
            answers: dict[str, list[Row]] = {thing: [] for thing in batch}
            bare = {_bare(thing): thing for thing in batch}
            for row in self.client.rows(filled(text, {"thing": " ".join(batch)})):
                # What nobody asked for is no answer to keep.
                if thing := bare.get(row.get("thing", "")):
                    answers[thing].append(row)
            if self.cache:
                self.cache.keep(text, {thing: rows for thing, rows in answers.items() if rows or not there})
            self.asked += len(batch)
            self.advanced(0, len(batch))
            found |= answers
        return {thing: found[thing] for thing in wanted}

    def close(self) -> None:
        """Let go of connection and file."""
        with ExitStack() as stack:
            stack.callback(self.client.close)
            if self.cache:
                stack.callback(self.cache.close)


def _bare(term: str) -> str:
    """Return the text of an IRI or a plain literal as a result has it; neither holds what would be escaped."""
    return term[1:-1]
