"""What is proposed and decided about the Wikidata items of a thing, for its page. Decides nothing, writes no HTML."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress

from polisgraph.errors import SourceError
from polisgraph.links import ItemLink, from_statements
from polisgraph.namespaces import DATA_GRAPHS, PG, PREFIXES
from polisgraph.web.site import site

_CANDIDATE = PG + "wikidataCandidate"


def item_links(things: Sequence[str]) -> list[ItemLink]:
    """Return the decisions on items of `things`, which stand for one, and the candidates on which nobody has decided.

    Decisions come first. Raises QueryError as the engine does.
    """
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    found: list[ItemLink] = []
    for row in site().ask("item-links", thing=things):
        record, property_, value = row["record"].value, row["property"].value, row["value"].value
        if property_ == _CANDIDATE:
            with suppress(ValueError):  # no item; the check of the data names it
                file = row["graph"].value.removeprefix(DATA_GRAPHS)
                found.append(ItemLink(record, value.removeprefix(PREFIXES["wd"]), tool=file))
        elif value not in said[record][property_]:
            said[record][property_].append(value)
    found += _recorded(said)
    decided = {link.item for link in found if link.is_decision}
    reasoned = {link.item for link in found if link.evidence}
    pending = [link for link in found if link.item not in decided and (link.evidence or link.item not in reasoned)]
    decisions = [link for link in found if link.is_decision]
    return [link for part in (decisions, pending) for link in sorted(part, key=lambda link: link.order)]


def _recorded(said: dict[str, dict[str, list[str]]]) -> list[ItemLink]:
    links = []
    for iri, properties in said.items():
        with suppress(SourceError):  # no whole record; the check of the data names it
            links.append(from_statements(iri, properties))
    return links
