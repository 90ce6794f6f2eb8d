"""The authored data: its form, its identifiers, and the account of what each page states.

Reads the Turtle files themselves, so that it holds whatever the build makes of them.
"""

import csv
import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import permutations
from pathlib import Path

import pyoxigraph as ox
import pytest

from polisgraph.namespaces import BASE, DATA_GRAPHS, PREFIXES, SPARQL_PREFIXES, expand, shorten
from tests.shipped import WRITTEN

ROOT = Path(__file__).parent.parent
DATA = ROOT / "data"
ACCOUNT = Path(__file__).parent / "account"
FILES = sorted(path.stem for path in WRITTEN)
"""What people write; the gazetteer and lists are made by programs, and have tests of their own."""
PAGES = [stem.removeprefix("from-") for stem in FILES if stem.startswith("from-")]
TURTLE_PREFIXES = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())

TYPE = PREFIXES["rdf"] + "type"
DATATYPES = {PREFIXES["xsd"] + name for name in ("date", "gYear", "gYearMonth")}
OWN_WORDS = {"skos:note", "pg:activity", "pg:aim", "pg:composition", "pg:condition", "pg:contribution"}
OWN_WORDS |= {"pg:duty", "pg:foundingOccasion", "pg:timeNote"}
MEMBERSHIPS = ("pg:NetworkMembership", "pg:BodyMembership", "pg:OfficeHolding")

Fact = tuple[str, str, ox.NamedNode | ox.BlankNode | ox.Literal]


def parse(turtle: bytes) -> frozenset[ox.Triple]:
    return frozenset(quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE))


@cache
def triples(stem: str) -> frozenset[ox.Triple]:
    return parse((DATA / f"{stem}.ttl").read_bytes())


@cache
def concepts() -> frozenset[ox.Triple]:
    return parse((ROOT / "ontology" / "concepts.ttl").read_bytes())


@cache
def statements(page: str) -> tuple[dict[str, str], ...]:
    account = tomllib.loads((ACCOUNT / f"{page}.toml").read_text(encoding="utf-8"))
    assert account["source"] == page
    return tuple(account["statement"])


def facts(*stems: str) -> Iterator[Fact]:
    for stem in stems or FILES:
        for triple in triples(stem):
            yield shorten(triple.subject.value), shorten(triple.predicate.value), triple.object


def described(*stems: str) -> dict[str, dict[str, list[str]]]:
    """Subject → property → values, in prefixed names and plain text."""
    entities: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for subject, prop, value in facts(*stems):
        text = shorten(value.value) if isinstance(value, ox.NamedNode) else value.value
        entities[subject][prop].append(text)
    return entities


def of_type(*types: str) -> Iterator[tuple[str, str, dict[str, list[str]]]]:
    """File, subject and properties of everything of one of `types`, file by file."""
    for stem in FILES:
        for subject, props in described(stem).items():
            if set(props["rdf:type"]) & set(types):
                yield stem, subject, props


def slug(name: str) -> str:
    return name.partition(":")[2]


def show(triple: ox.Triple) -> str:
    return " ".join(shorten(t.value) if isinstance(t, ox.NamedNode) else str(t) for t in triple)


# The account: what each page states


def test_each_page_has_an_account_and_each_account_a_page() -> None:
    assert sorted(path.stem for path in ACCOUNT.glob("*.toml")) == sorted(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_each_statement_is_in_the_graph_of_its_page(page: str) -> None:
    graph = ox.NamedNode(f"{DATA_GRAPHS}from-{page}")
    store = ox.Store()
    store.extend(ox.Quad(*triple, graph) for triple in triples(f"from-{page}"))
    unproved = [
        statement["says"]
        for statement in statements(page)
        if not store.query(f"{SPARQL_PREFIXES} ASK {{ GRAPH {graph} {{ {statement['ask']} }} }}")
    ]
    assert unproved == []


@pytest.mark.parametrize("page", PAGES)
def test_each_triple_of_a_page_belongs_to_a_statement(page: str) -> None:
    accounted: set[ox.Triple] = set()
    for statement in statements(page):
        accounted |= parse((TURTLE_PREFIXES + statement["ask"]).encode())
    assert sorted(show(triple) for triple in triples(f"from-{page}") - accounted) == []


@pytest.mark.parametrize("page", PAGES)
def test_each_statement_says_one_thing_and_where(page: str) -> None:
    said = Counter(statement["says"] for statement in statements(page))
    assert [says for says, times in said.items() if times > 1] == []
    for statement in statements(page):
        ask = parse((TURTLE_PREFIXES + statement["ask"]).encode())
        located = defaultdict(set)
        for triple in ask:
            located[triple.subject].update(
                {triple.object.value} if triple.predicate.value == expand("pg:locator") else ()
            )
        for subject, places in located.items():
            assert statement["locator"] in places, (statement["says"], subject)


# Evidence


@pytest.mark.parametrize("page", PAGES)
def test_what_stands_in_the_file_of_a_page_cites_that_page_and_the_place(page: str) -> None:
    for subject, props in described(f"from-{page}").items():
        assert props["dct:source"] == [f"src:{page}"], subject
        assert props["rdf:type"], subject
        assert props["pg:locator"], subject
        for place in props["pg:locator"]:
            assert re.fullmatch(r"\S.*, [1-9]\d*(\.[1-9]\d*)?", place), subject


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_not_older_than_the_latest_date_in_it(page: str) -> None:
    dated = ("pg:start", "pg:end", "pg:asOf", "pg:founded", "pg:registeredOn", "pg:dissolved")
    latest = max(value.value for _, prop, value in facts(f"from-{page}") if prop in dated)
    assert described("sources")[f"src:{page}"]["pg:notBefore"] == [latest]


@pytest.mark.parametrize("page", [*PAGES, ""])
def test_nothing_dangles_when_a_page_is_withdrawn(page: str) -> None:
    kept = [stem for stem in FILES if stem != f"from-{page}"]
    typed = {t.subject.value for stem in kept for t in triples(stem) if t.predicate.value == TYPE}
    typed |= {t.subject.value for t in concepts()}
    ours = (PREFIXES["country"], PREFIXES["nuts"], BASE + "id/")
    dangling = {
        show(triple)
        for stem in kept
        for triple in triples(stem)
        if isinstance(triple.object, ox.NamedNode)
        and triple.object.value.startswith(ours)
        and triple.object.value not in typed
    }
    assert sorted(dangling) == []


def test_every_entity_of_a_reference_file_is_named_and_has_a_described_source() -> None:
    sources = described("sources")
    for stem in FILES:
        if stem in ("dataset", "sources", "coordinates-geonames", "decisions", "candidates") or stem.startswith(
            "from-"
        ):
            continue
        languages = defaultdict(list)
        for subject, prop, value in facts(stem):
            if prop == "skos:prefLabel":
                languages[subject].append(value.language)
        for subject, props in described(stem).items():
            assert sorted(languages[subject]) == ["de", "en"], subject
            assert props["dct:source"], subject
            assert set(props["dct:source"]) <= set(sources), subject


def test_our_own_words_stand_in_both_languages() -> None:
    for stem in FILES:
        languages = defaultdict(Counter)
        for subject, prop, value in facts(stem):
            if prop in OWN_WORDS:
                languages[subject, prop][value.language] += 1
        for where, count in languages.items():
            assert count["de"] == count["en"] == count.total() / 2, (stem, *where)


# Form


@pytest.mark.parametrize("stem", FILES)
def test_terms_are_tidy(stem: str) -> None:
    for triple in triples(stem):
        for term in triple:
            assert not isinstance(term, ox.BlankNode), show(triple)
            assert unicodedata.is_normalized("NFC", term.value), show(triple)
            assert term.value == term.value.strip(), show(triple)
    assert not {prop for _, prop, _ in facts(stem)} & {"owl:sameAs"}


@pytest.mark.parametrize("stem", FILES)
def test_dates_are_in_the_calendar(stem: str) -> None:
    for subject, _, value in facts(stem):
        if isinstance(value, ox.Literal) and value.datatype.value in DATATYPES:
            missing = {"gYear": "-01-01", "gYearMonth": "-01", "date": ""}
            whole = value.value + missing[value.datatype.value.removeprefix(PREFIXES["xsd"])]
            try:
                date.fromisoformat(whole)
            except ValueError:
                pytest.fail(f"{subject}: {value} is no date")
            assert re.fullmatch(r"\d{4}-\d\d-\d\d", whole), subject


@pytest.mark.parametrize("stem", FILES)
def test_iris_are_on_the_one_base_and_well_formed(stem: str) -> None:
    things = BASE + "id/"
    kinds = {iri.removeprefix(things).rstrip("/") for iri in PREFIXES.values() if iri.startswith(things)}
    homes = (BASE, PREFIXES["country"], PREFIXES["nuts"]) if stem == "places" else BASE
    word = r"[a-z0-9]+(?:-[a-z0-9]+)*"
    for triple in triples(stem):
        for term in (triple.subject, triple.object):
            if not isinstance(term, ox.NamedNode):
                continue
            assert "polisgraph" not in term.value or term.value.startswith(BASE), term
            if term.value.startswith(things):
                kind, _, name = term.value.removeprefix(things).partition("/")
                joint = rf"(?:--{word})+" if kind in ("tenure", "claim", "link") else ""
                assert kind in kinds, term
                assert re.fullmatch(word + joint, name), term
        assert triple.subject.value.startswith(homes), show(triple)


def test_the_iri_of_a_membership_names_member_organization_and_role() -> None:
    for stem, subject, props in of_type(*MEMBERSHIPS):
        (member,), (organization,) = props["org:member"], props["org:organization"]
        stump = f"{slug(member)}--{slug(organization)}"
        rest = slug(subject).removeprefix(stump)
        allowed = {slug(role) for role in props["org:role"]} | {stem.removeprefix("from-")}
        assert slug(subject).startswith(stump), subject
        assert all(part in allowed or part.isdigit() for part in rest.split("--")[1:]), subject
        assert rest == "" or rest.startswith("--"), subject


def test_the_iri_of_a_hosting_names_hosts_and_secretariat() -> None:
    for _, subject, props in of_type("pg:SecretariatHosting"):
        (body,) = props["pg:hostedBody"]
        hosts = {"-".join(slug(host) for host in order) for order in permutations(props["pg:host"])}
        assert slug(subject) in {f"{joint}--{slug(body)}" for joint in hosts}, subject


def test_the_iri_of_a_claim_names_subject_measure_and_source() -> None:
    for stem, subject, props in of_type("pg:FigureClaim"):
        (about,), (measure,) = props["pg:about"], props["pg:measure"]
        head, _, source = slug(subject).partition("--")
        assert f"{head}-".startswith(f"{slug(about)}-{slug(measure)}-"), subject
        assert f"from-{source}" == stem, subject


# Identifiers: both ways against the list that they were confirmed in


def identifiers() -> dict[str, dict[str, str]]:
    columns = {"pg:wikidata": "qid", "pg:isoCode": "iso", "foaf:homepage": "website"}
    columns |= {"wgs84:lat": "lat", "wgs84:long": "lon"}
    columns |= {f"pg:{key}": key for key in ("ags", "lau", "nuts3", "gnd", "isni", "geonames", "ror")}
    columns |= {f"pg:{key}": key for key in ("country", "state")}
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for subject, prop, value in facts():
        if prop in columns:
            text = value.value.removeprefix(PREFIXES["wd"])
            text = shorten(text) if prop in ("pg:country", "pg:state") else text
            assert found[subject].setdefault(columns[prop], text) == text, (subject, prop)
        elif prop == "foaf:isPrimaryTopicOf":
            column = "article_" + value.value.removeprefix("https://").partition(".")[0]
            assert found[subject].setdefault(column, value.value) == value.value, (subject, prop)
    return dict(found)


def test_identifiers_and_coordinates_are_those_that_were_confirmed() -> None:
    with (ACCOUNT / "identifiers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert identifiers() == {row.pop("key"): {name: text for name, text in row.items() if text} for row in rows}


def test_what_comes_from_geonames_stands_apart_under_its_licence() -> None:
    geonames = described("coordinates-geonames")
    for subject, prop, _ in facts(*(stem for stem in FILES if stem != "coordinates-geonames")):
        assert prop != "pg:geonames", subject
        assert not (prop.startswith("wgs84:") and "wgs84:lat" in geonames[subject]), subject
    licence = geonames[f"<{DATA_GRAPHS}coordinates-geonames>"]["dct:license"]
    assert licence == ["<https://creativecommons.org/licenses/by/4.0/>"]
    assert described("sources")["src:geonames"]["dct:license"] == licence
