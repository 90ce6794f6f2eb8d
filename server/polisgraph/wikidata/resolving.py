"""Finds items for things that have none, by keys that only one thing has, with what else speaks for and against.

Names alone find nothing: they belong to many. No item found here is taken for the right one; a person reviews it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import pyoxigraph as ox

from polisgraph.folding import folded
from polisgraph.links import Decisions, ItemLink
from polisgraph.namespaces import PREFIXES, shorten
from polisgraph.wikidata.asking import Asking
from polisgraph.wikidata.entities import Entity
from polisgraph.wikidata.items import Item, fetch_items, number_of
from polisgraph.wikidata.verifying import kind_disagrees

TOOL = "polisgraph wikidata resolve"
_KEYS = {
    "ags": ("P439", "municipality key"),
    "district": ("P440", "district key"),
    "gnd": ("P227", "GND identifier"),
    "isni": ("P213", "ISNI"),
    "ror": ("P6782", "ROR identifier"),
}
"""Wikidata's properties of the registers whose keys only one thing has."""
_TITLE = ";@$!*(),/~:"
"""What MediaWiki leaves as it is in the address of an article, besides letters, digits and `-_.`."""


@dataclass(frozen=True)
class Key:
    """Something by which to find the item of a thing. `terms` are the ways in which Wikidata may have it, in SPARQL."""

    entity: str
    question: str
    property: str
    name: str
    value: str
    terms: tuple[str, ...]


def keys_of(entity: Entity) -> Iterator[Key]:
    """Yield all by which the item of `entity` can be found."""
    for website in sorted(entity.websites):
        yield Key(entity.iri, "by-website", "P856", "official website", website, _iris(websites_like(website)))
    for article in sorted(entity.articles):
        yield Key(entity.iri, "by-article", "", "Wikipedia article", article, _iris([article_address(article)]))
    for scheme, (property_, name) in _KEYS.items():
        for value in sorted(entity.keys.get(scheme, ())):
            # ISNI were written in groups of four until 2023.
            grouped = [" ".join(value[at : at + 4] for at in range(0, 16, 4))] if scheme == "isni" else []
            terms = tuple(str(ox.Literal(form)) for form in (value, *grouped))
            yield Key(entity.iri, "by-value", property_, name, value, terms)


def websites_like(address: str) -> list[str]:
    """Return the addresses that mean the same website: of either scheme, with and without `www.` and a last slash."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return []
    host = parts.netloc.lower().removeprefix("www.")
    if parts.scheme not in ("http", "https") or not host:
        return []
    path = parts.path.rstrip("/")
    return [
        urlunsplit((scheme, www + host, path + slash, parts.query, ""))
        for scheme in ("https", "http")
        for www in ("www.", "")
        for slash in ("/", "")
    ]


def article_address(address: str) -> str:
    """Return the address of an article as Wikidata writes it, without mobile site and with the same letters escaped."""
    host, _, title = address.partition("/wiki/")
    host = host.replace("http://", "https://", 1).replace(".m.wikipedia.", ".wikipedia.").rstrip(".")
    return f"{host}/wiki/{quote(unquote(title).replace(' ', '_'), safe=_TITLE)}"


def resolve(
    asking: Asking, things: Mapping[str, Entity], countries: Mapping[str, Entity], decided: Decisions
) -> list[ItemLink]:
    """Return candidates for those of `things` that have no item, with evidence, in the order of things and items.

    `countries` has the countries that things lie in, by IRI. Left out are pairs that are `decided`, and items that
    another thing has. Raises WikidataError if the endpoint gives no whole answer.
    """
    keys = [key for thing in things.values() if not thing.items for key in keys_of(thing)]
    found = _found(asking, keys)
    taken = {number for thing in things.values() for number in thing.items}
    found = {pair: why for pair, why in found.items() if not decided.cover(*pair) and pair[1] not in taken}
    items = fetch_items(asking, {number for _, number in found})
    return [
        _candidate(things[iri], items[number], why, countries)
        for (iri, number), why in sorted(found.items())
        if items[number].exists
    ]


def _found(asking: Asking, keys: Iterable[Key]) -> dict[tuple[str, str], list[str]]:
    """Return by thing and item the evidence that led there."""
    by_question: dict[str, dict[str, list[Key]]] = {}
    for key in keys:
        for term in key.terms:
            by_question.setdefault(key.question, {}).setdefault(term, []).append(key)
    found: dict[tuple[str, str], dict[str, None]] = {}
    for question, terms in sorted(by_question.items()):
        for term, rows in asking.about(question, terms).items():
            for row in rows:
                number = number_of(row["item"])
                for key in terms[term]:
                    if number and row.get("property", key.property) == key.property:
                        others = sorted({shorten(other.entity) for other in terms[term]} - {shorten(key.entity)})
                        found.setdefault((key.entity, number), {})[_evidence(key, row["thing"], others)] = None
    return {pair: list(why) for pair, why in found.items()}


def _evidence(key: Key, theirs: str, others: list[str]) -> str:
    name = f"{key.name} ({key.property})" if key.property else key.name
    differing = f", in Wikidata {theirs}" if theirs != key.value else ""
    return f"{name}: {key.value}{differing}" + (f", which {', '.join(others)} has too" if others else "")


def _candidate(entity: Entity, item: Item, why: list[str], countries: Mapping[str, Entity]) -> ItemLink:
    by_item = {number: other for other in countries.values() for number in other.items}
    named = sorted(by_item[number].name if number in by_item else number for number in item.countries)
    return ItemLink(
        entity.iri,
        item.number,
        evidence=(*why, *_checks(entity, item, countries)),
        label=item.label,
        categories=tuple(name or number for number, name in item.classes.items()),
        country=", ".join(named),
        tool=TOOL,
    )


def _checks(entity: Entity, item: Item, countries: Mapping[str, Entity]) -> Iterator[str]:
    """Yield what name, kind and country say, each for or against."""
    names = {folded(name) for name in entity.names}
    same = sorted(label for label in item.labels.values() if folded(label) in names - {""})
    called = item.label or "nothing in German or English"
    yield f"name: the same, {same[0]}" if same else f"name: against, Wikidata calls it {called}"
    if item.classes:
        verdict = "against" if kind_disagrees(entity.kind, item) else "fits"
        yield f"kind: {verdict}, {item.kind} for {'an' if entity.kind[0] == 'o' else 'a'} {entity.kind}"
    homes = countries[entity.country].items if entity.country in countries else set()
    if homes and item.countries:
        theirs = ", ".join(sorted(item.countries))
        yield f"country: {'fits' if homes & item.countries else 'against'}, {theirs}"


def _iris(addresses: Iterable[str]) -> tuple[str, ...]:
    found = []
    for address in addresses:
        try:
            found.append(str(ox.NamedNode(address)))
        except ValueError:
            continue  # what is no address finds nothing
    return tuple(found)


def told(link: ItemLink) -> str:
    """Return a candidate in lines for people."""
    categories = ", ".join(link.categories)
    head = f"{shorten(link.thing)}: {link.item} ({link.label or 'no label'}{'; ' if categories else ''}{categories})"
    address = f"{PREFIXES['wd']}{link.item}"
    return "\n".join((head, f"    {address}", *(f"    {reason}" for reason in link.evidence)))
