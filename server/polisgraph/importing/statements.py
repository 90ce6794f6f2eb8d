"""Says what became of the rows of a list as statements of its evidence file. Decides nothing and writes no file."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from polisgraph.countries import country_iri, name_of
from polisgraph.importing.bodies import bodies, predecessors
from polisgraph.importing.codes import Code
from polisgraph.importing.deciding import Decided, Outcome
from polisgraph.importing.mapping import Mapping
from polisgraph.importing.reading import Party, Row
from polisgraph.importing.sources import cited_sources
from polisgraph.importing.turtle import Statements, timed
from polisgraph.linking import Target
from polisgraph.namespaces import DATA_GRAPHS, PREFIXES, expand

_GEONAMES, _BKG = "© GeoNames (https://www.geonames.org/), CC BY 4.0", "© GeoBasis-DE / BKG, dl-de/by-2-0"
_CC_BY, _DL_DE = "https://creativecommons.org/licenses/by/4.0/", "https://www.govdata.de/dl-de/by-2-0"

Said = Iterator[tuple[str, ox.NamedNode | ox.Literal]]


def statements(decided: Sequence[Decided], mapping: Mapping, described: set[str]) -> Statements:
    """Return all that the evidence file of a list says: the file, its sources, countries, bodies, members, tenures.

    `described` are the IRIs of countries that the authored data describes; the others are described here.
    """
    said: Statements = {}
    decided = [one for one in decided if one.outcome is not Outcome.LEFT_OUT]
    rows: dict[tuple[str, ...], list[Decided]] = defaultdict(list)
    tenures = {one.row.tenure: one for one in decided}
    for one in decided:
        rows[one.member, *one.row.relation].append(one)
    before = predecessors(decided)
    for (member, *_), found in sorted(rows.items()):
        first = next(one for one in found if one.outcome is not Outcome.DUPLICATE)
        if first.target is None or not first.target.in_graph:
            said.setdefault(member, []).extend([*of_member(first), *_evidence(mapping, found)])
        said[first.row.tenure] = list(_tenure(first, found, mapping, tenures))
        if first.row.tenure in before:
            said[first.row.tenure].append(("pg:succeeds", ox.NamedNode(before[first.row.tenure])))
    return said | bodies(decided) | of_list(decided, mapping, described) | cited_sources(decided, mapping)


def of_list(decided: Sequence[Decided], mapping: Mapping, described: set[str]) -> Statements:
    """Return what the file says of itself, of its source, and of countries that are not `described`."""
    said: Statements = {}
    codes = {one.row.country for one in decided}
    for code in sorted(codes):
        if country_iri(code) not in described:
            said[country_iri(code)] = list(_country(code))
    if said:
        said[PREFIXES["src"] + "cldr"] = list(_cldr())
    _say_parties(said, decided, mapping)
    for field in mapping.fields:
        for each in field.codes.values() if field.meaning == "commitment" else ():
            if each.names:
                said[each.iri] = list(_commitment(each, str(field.column.name), mapping))
    if mapping.network_names:
        said[mapping.network] = list(_network(mapping))
    entries = [one.target for one in decided if one.target is not None and not one.target.in_graph]
    said[mapping.source] = list(_source(mapping))
    said[f"{DATA_GRAPHS}from-{mapping.slug}"] = list(_graph(mapping, entries))
    return said


def head(mapping: Mapping) -> str:
    """Return the comment lines at the top of the file."""
    return (
        f"# What the list «{mapping.titles['en']}» of {mapping.issued} states.\n"
        f"# Not edited by hand: `polisgraph import` writes this file by the mapping {mapping.path.name}.\n"
    )


def of_member(one: Decided) -> Said:
    """Yield what the file says of a member that the graph does not describe."""
    row, target = one.row, one.target
    language = "de" if row.country == "DE" else "und"
    name = target.label("") if target is not None else row.name
    kind = ox.NamedNode(row.kind) if row.kind else _node("pg:LocalAuthority")
    yield "rdf:type", kind if target is None else _node("pg:Municipality")
    yield "skos:prefLabel", ox.Literal(name, language=language)
    if row.name != name:
        yield "skos:altLabel", ox.Literal(row.name, language=language)
    yield "pg:country", ox.NamedNode(country_iri(row.country))
    if target is not None:
        yield from _of_entry(target)
    elif one.positioned:
        yield "wgs84:lat", _decimal(f"{row.latitude:f}")
        yield "wgs84:long", _decimal(f"{row.longitude:f}")


def _of_entry(target: Target) -> Said:
    """Say what the gazetteer knows of a place: always the same, whichever list the place is on."""
    key = "ags" if "ags" in target.keys else "geonames"
    if target.keys.get(key):
        yield f"pg:{key}", ox.Literal(target.keys[key])
    if target.qid:
        yield "pg:wikidata", ox.NamedNode(PREFIXES["wd"] + target.qid)
    if target.latitude is not None:
        yield "wgs84:lat", _decimal(f"{target.latitude:.5f}")
        yield "wgs84:long", _decimal(f"{target.longitude:.5f}")


def _tenure(first: Decided, found: Sequence[Decided], mapping: Mapping, tenures: dict[str, Decided]) -> Said:
    row = first.row
    yield from _parties(first, mapping)
    for prop, text in (("pg:start", row.start), ("pg:end", row.end)):
        if text:
            yield prop, timed(text)
    for language, told in row.notes:
        yield "pg:timeNote", ox.Literal(told, language=language)
    # What a source only announces it does not attest.
    if row.attested and row.attested >= row.start[: len(row.attested)]:
        yield "pg:attestedOn", timed(row.attested)
    # Registered twice, it is on hold only if both registrations are.
    statuses = {one.row.status for one in found}
    if len(statuses) == 1 and row.status:
        yield "pg:status", ox.NamedNode(row.status)
    for group in sorted({one.row.group for one in found} - {""}):
        if group in tenures:
            yield "pg:withinGroup", ox.NamedNode((tenures[group].same_as or tenures[group].row).tenure)
    for one in found:
        for commitment in one.row.commitments:
            yield "pg:undertakes", ox.NamedNode(commitment)
        for prop, party in (("pg:coordinatedBy", one.row.coordinator), ("pg:supportedBy", one.row.supporter)):
            if party is not None:
                yield prop, ox.NamedNode(party.iri)
    for one in found:
        if one is not first:
            yield from _note(one.row)
    yield from _evidence(mapping, found)


def _parties(one: Decided, mapping: Mapping) -> Said:
    """Say who has what with whom: a membership of a network, or a seat."""
    row, seat = one.row, one.row.seat
    yield "rdf:type", ox.NamedNode(seat.tenure) if seat else _node("pg:NetworkMembership")
    hosting = seat is not None and seat.hosting
    yield "pg:host" if hosting else "org:member", ox.NamedNode(one.member)
    place = seat.place.iri if seat else row.network or mapping.network
    yield "pg:hostedBody" if hosting else "org:organization", ox.NamedNode(place)
    if role := seat.role if seat else row.role or mapping.role:
        yield "org:role", ox.NamedNode(role)
    if seat and seat.place.code.represents:
        yield "pg:represents", ox.NamedNode(seat.place.code.represents)


def _note(row: Row) -> Said:
    """Say in words what a second registration says that the membership itself does not."""
    since = {"de": f" seit {row.start}", "en": f" since {row.start}"} if row.start else {"de": "", "en": ""}
    status = row.status.rpartition("/")[2]
    state = f" ({status})" if status else ""
    for language, told in (("de", "Noch einmal verzeichnet als"), ("en", "Registered once more as")):
        yield "skos:note", ox.Literal(f"{told} {row.locator}{since[language]}{state}.", language=language)


def _evidence(mapping: Mapping, found: Iterable[Decided]) -> Said:
    for one in found:
        yield "dct:source", ox.NamedNode(one.row.source or mapping.source)
        yield "pg:locator", ox.Literal(one.row.locator)


def _say_parties(said: Statements, decided: Iterable[Decided], mapping: Mapping) -> None:
    """Describe the organisations that rows name beside their members: what they are called, and in which columns."""
    named: dict[str, set[Party]] = defaultdict(set)
    for one in decided:
        for party in (one.row.coordinator, one.row.supporter):
            if party is not None and not party.known:
                named[party.iri].add(party)
    for iri, parties in named.items():
        names = sorted({party.named for party in parties})
        said[iri] = [("rdf:type", _node("org:Organization")), ("dct:source", ox.NamedNode(mapping.source))]
        said[iri] += [
            ("skos:altLabel" if number else "skos:prefLabel", ox.Literal(name, language="und"))
            for number, name in enumerate(names)
        ]
        said[iri] += [("pg:locator", ox.Literal(f"{party.column} «{party.named}»")) for party in parties]


def _network(mapping: Mapping) -> Said:
    yield "rdf:type", _node("pg:Network")
    for language, name in mapping.network_names.items():
        yield "skos:prefLabel", ox.Literal(name, language=language)
    if mapping.network_theme:
        yield "pg:theme", ox.NamedNode(mapping.network_theme)
    yield "dct:source", ox.NamedNode(mapping.source)


def _commitment(code: Code, column: str, mapping: Mapping) -> Said:
    yield "rdf:type", _node("pg:Commitment")
    for language, name in code.names.items():
        yield "skos:prefLabel", ox.Literal(name, language=language)
    yield "pg:undertakenIn", ox.NamedNode(mapping.network)
    if code.deadline:
        yield "pg:deadline", timed(code.deadline)
    yield "dct:source", ox.NamedNode(mapping.source)
    yield "pg:locator", ox.Literal(column)


def _source(mapping: Mapping) -> Said:
    yield "rdf:type", _node("pg:SourceDocument")
    for language, title in mapping.titles.items():
        yield "dct:title", ox.Literal(title, language=language)
    yield "dct:identifier", ox.Literal(mapping.identifier)
    yield "dct:license", ox.NamedNode(mapping.license)
    yield "dct:rights", ox.Literal(mapping.rights, language="en")
    yield "pg:notBefore", timed(mapping.issued)


def _graph(mapping: Mapping, entries: Iterable[Target]) -> Said:
    yield "rdf:type", _node("void:Dataset")
    for language, title in mapping.titles.items():
        yield "dct:title", ox.Literal(title, language=language)
    licences, rights = {mapping.license}, [mapping.rights]
    for key, licence, attribution in (("geonames", _CC_BY, _GEONAMES), ("ags", _DL_DE, _BKG)):
        if any(key in target.keys for target in entries):
            licences.add(licence)
            rights.append(f"Names, numbers and positions of places: {attribution}.")
    for licence in sorted(licences):
        yield "dct:license", ox.NamedNode(licence)
    yield "dct:rights", ox.Literal(" ".join(rights), language="en")
    yield "dct:source", ox.NamedNode(mapping.source)


def _country(code: str) -> Said:
    iri = country_iri(code)
    yield "rdf:type", _node("pg:Territory")
    for language in ("de", "en"):
        yield "skos:prefLabel", ox.Literal(name_of(code, language), language=language)
    yield "pg:isoCode", ox.Literal(iri.removeprefix(PREFIXES["country"]))
    yield "dct:source", _node("src:cldr")


def _cldr() -> Said:
    yield "rdf:type", _node("pg:ReferenceDataset")
    yield "dct:title", ox.Literal("Unicode Common Locale Data Repository", language="en")
    yield "dct:identifier", ox.Literal("pypi babel")
    yield "dct:license", ox.NamedNode("https://www.unicode.org/license.txt")
    yield "dct:rights", ox.Literal("© Unicode, Inc. Only names of countries were taken.", language="en")


def _node(name: str) -> ox.NamedNode:
    return ox.NamedNode(expand(name))


def _decimal(text: str) -> ox.Literal:
    return ox.Literal(text if "." in text else f"{text}.0", datatype=_node("xsd:decimal"))
