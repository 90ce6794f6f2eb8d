"""What a visitor gives becomes an RDF term in the query, or an error that says what to give; never text."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from polisgraph import bundle
from polisgraph.derive import derive
from polisgraph.errors import BadParameter
from polisgraph.namespaces import PREFIXES, SPARQL_PREFIXES
from polisgraph.reports import EntityLookup, bind, choices, read_report

REPORT = read_report(Path(__file__).parent / "samples" / "every-kind.rq")
ID = "https://w3id.org/polisgraph/id/"
XSD = PREFIXES["xsd"]
REQUIRED = REPORT.values_of(REPORT.cases[0])


TURTLE = """
<https://w3id.org/polisgraph/dataset> pg:today "2026-11-22"^^xsd:date .
mun:koeln a pg:Municipality ; skos:prefLabel "Köln"@de, "Cologne"@en ; pg:wikidata wd:Q365 ; pg:ags "05315000" .
mun:kopenhagen a pg:Municipality ; skos:prefLabel "Kopenhagen"@de, "Copenhagen"@en .
mun:oelde a pg:Municipality ; skos:prefLabel "Ölde"@de .
mun:neustadt-a a pg:Municipality ; skos:prefLabel "Neustadt"@de .
mun:neustadt-b a pg:Municipality ; skos:prefLabel "Neustadt (Dosse)"@de ; skos:altLabel "Neustadt"@de .
mun:zwickau a pg:Municipality ; skos:prefLabel "Zwickau"@de .
mun:karlsruhe a pg:Municipality ; skos:prefLabel "Karlsruhe"@de .
county:karlsruhe a pg:County ; skos:prefLabel "Landkreis Karlsruhe"@de .
src:koeln a pg:SourceDocument ; skos:prefLabel "Internetseite"@de .
theme:climate a skos:Concept ; skos:prefLabel "Klima"@de, "Climate"@en .
theme:peace a skos:Concept ; skos:prefLabel "Frieden"@de, "Peace"@en .
area:climate a skos:Concept ; skos:prefLabel "Kein Thema"@de .
country:DEU a pg:Territory ; skos:prefLabel "Deutschland"@de, "Germany"@en .
"""


def entities() -> EntityLookup:
    store = ox.Store()
    store.load((SPARQL_PREFIXES + TURTLE).encode(), format=ox.RdfFormat.TURTLE)
    derive(store, bundle.ONTOLOGY / "rules")

    def ask(query: str) -> bytes:
        solutions = store.query(query)
        assert isinstance(solutions, ox.QuerySolutions)
        return bytes(solutions.serialize(format=ox.QueryResultsFormat.JSON) or b"")

    return EntityLookup(ask)


ENTITIES = entities()


def bound(**values: str | list[str]) -> str:
    given = {name: [value] if isinstance(value, str) else value for name, value in values.items()}
    return bind(REPORT, {**REQUIRED, **given}, ENTITIES)


def block(query: str, name: str) -> str:
    start = query.index(f"VALUES ?{name} {{") + len(f"VALUES ?{name} {{")
    return query[start : query.index("}", start)].strip()


@pytest.mark.parametrize(
    ("name", "value", "term"),
    [
        ("municipality", "kopenhagen", f"<{ID}municipality/kopenhagen>"),
        ("municipality", "Kopenhagen", f"<{ID}municipality/kopenhagen>"),
        ("municipality", " kopenhagen ", f"<{ID}municipality/kopenhagen>"),
        ("municipality", "municipality/kopenhagen", f"<{ID}municipality/kopenhagen>"),
        ("municipality", f"{ID}municipality/kopenhagen", f"<{ID}municipality/kopenhagen>"),
        ("municipality", "koeln", f"<{ID}municipality/koeln>"),  # src:koeln is no municipality
        ("municipality", "karlsruhe", f"<{ID}municipality/karlsruhe>"),
        ("municipality", "Cologne", f"<{ID}municipality/koeln>"),
        ("municipality", "KÖLN", f"<{ID}municipality/koeln>"),
        ("municipality", "Ko\u0308ln", f"<{ID}municipality/koeln>"),
        ("municipality", "05315000", f"<{ID}municipality/koeln>"),
        ("country", "Germany", "<http://publications.europa.eu/resource/authority/country/DEU>"),
        ("municipality", "Q365", f"<{ID}municipality/koeln>"),
        ("municipality", "q365", f"<{ID}municipality/koeln>"),
        ("municipality", "http://www.wikidata.org/entity/Q365", f"<{ID}municipality/koeln>"),
        ("country", "DEU", "<http://publications.europa.eu/resource/authority/country/DEU>"),
        ("country", "country/deu", "<http://publications.europa.eu/resource/authority/country/DEU>"),
        ("theme", "climate", f"<{ID}theme/climate>"),
        ("theme", f"{ID}theme/peace", f"<{ID}theme/peace>"),
        ("day", "2024-02-29", f'"2024-02-29"^^<{XSD}date>'),
        ("founded", "0800", f'"800"^^<{XSD}integer>'),
        ("at_least", "9", f'"9"^^<{XSD}integer>'),
        ("at_least", "+3", f'"3"^^<{XSD}integer>'),
        ("words", 'He said "no" # ?x <y> {', '"He said \\"no\\" # ?x <y> {"'),
        ("words", "Ko\u0308ln", '"Köln"'),
        ("state", "open", '"open"'),
        ("state", "broken", "<http://www.w3.org/ns/shacl#Violation>"),
        ("lang", "en", '"en"'),
    ],
)
def test_a_value_becomes_a_term(name: str, value: str, term: str) -> None:
    query = bound(**{name: value})
    assert f"VALUES ?{name} {{ {term} }}" in query
    ox.Store().query(query)
    parseQuery(query)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("municipality", "koln", "'koln' is not known here; the nearest are koeln"),
        ("municipality", "Köln am Rhein", "is not known here"),
        ("municipality", "county/karlsruhe", "is not known here"),
        ("municipality", "Q366", "is not known here"),
        ("municipality", "https://example.org/> } #", "is not known here"),
        ("anything", "koeln", "may mean any of municipality/koeln, source/koeln"),
        ("municipality", "Neustadt", "may mean any of municipality/neustadt-a, municipality/neustadt-b;"),
        ("municipality", "a" * 10_000, "is not known here"),
        ("municipality", "K\\u00f6ln", "is not known here"),
        ("country", "koeln", "is not known here"),
        ("theme", "area/climate", "is not known here"),
        ("day", "2023-02-29", "no day of the calendar"),
        ("day", "0000-01-01", "no day of the calendar"),
        ("day", "2023-2-9", "YYYY-MM-DD"),
        ("day", "٢٠٢٣-٠١-٠١", "YYYY-MM-DD"),
        ("day", "20230101", "YYYY-MM-DD"),
        ("founded", "0000", "YYYY"),
        ("founded", "999", "YYYY"),
        ("founded", "１９９９", "YYYY"),
        ("at_least", "0", "from 1 to 9"),
        ("at_least", "10", "from 1 to 9"),
        ("at_least", "1_0", "from 1 to 9"),
        ("at_least", "9" * 5000, "from 1 to 9"),
        ("at_least", "1.0", "from 1 to 9"),
        ("words", "a" * 201, "1 to 200 characters"),
        ("words", "a\x00b", "control characters"),
        ("words", "a\nb", "control characters"),
        ("words", "\ud800", "control characters"),
        ("words", '\\u0022 } #', "backslashes"),
        ("state", "closed", "one of open, broken"),
        ("state", "http://www.w3.org/ns/shacl#Violation", "one of open, broken"),
        ("lang", "fr", "one of de, en"),
        ("municipality", "", "municipality is missing; give an entity"),
        ("municipality", [], "municipality is missing"),
        ("municipality", ["koeln", "zwickau"], "is more than one value"),
        ("lang", ["de", "de"], "is more than one value"),
        ("nobody", "x", "'nobody' is no parameter of every-kind; it takes municipality, anything"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_what_to_give(name: str, value: str | list[str], says: str) -> None:
    with pytest.raises(BadParameter) as caught:
        bound(**{name: value})
    assert says in str(caught.value)
    assert len(str(caught.value)) < 400
    assert caught.value.details["parameter"] == name
    assert caught.value.details["accepted"]


def test_the_nearest_slugs_are_those_of_the_right_class() -> None:
    with pytest.raises(BadParameter) as caught:
        bound(municipality="Köpenhagen")
    assert caught.value.details["nearest"] == ["kopenhagen"]
    with pytest.raises(BadParameter) as caught:
        bound(theme="climat")
    assert caught.value.details["nearest"] == ["climate"]
    with pytest.raises(BadParameter) as caught:
        bound(municipality="neust")
    assert caught.value.details["nearest"] == ["neustadt-a", "neustadt-b"]


def test_what_is_not_given_keeps_what_the_file_says() -> None:
    query = bound()
    for name in ("country", "at_least"):
        assert block(query, name) == "UNDEF"
        assert bound(**{name: " "}) == query
    assert block(query, "lang") == '"de"'


def test_several_values_only_where_the_file_allows_them() -> None:
    query = bound(theme=["peace", "climate", "peace"])
    assert block(query, "theme") == f"<{ID}theme/peace> <{ID}theme/climate>"


def test_all_blocks_of_a_parameter_are_bound_and_nothing_else_is_touched() -> None:
    query = bound(municipality="zwickau", anything="zwickau")
    assert query.count(f"{{ <{ID}municipality/zwickau> }}") == 3
    koeln = f"<{ID}municipality/koeln>"
    # Put the old contents back: the file must come out again, comment, strings and other blocks untouched.
    restored = query.replace(f"$anything\n  {{ <{ID}municipality/zwickau> }}", "$anything\n  { UNDEF }")
    restored = restored.replace(f"<{ID}municipality/zwickau>", koeln)
    changed = {
        '"2020-02-29"^^xsd:date': f'"2020-02-29"^^<{XSD}date>',
        "theme:climate }": f"<{ID}theme/climate> }}",
    }
    changed |= {
        "{ 1990 }": f'{{ "1990"^^<{XSD}integer> }}',
        "{ sh:Violation }": f"{{ <{PREFIXES['sh']}Violation> }}",
    }
    for written, canonical in changed.items():
        restored = restored.replace(canonical, written)
    assert restored == REPORT.text


def test_forms_offer_what_binding_takes_in_the_order_of_the_reader() -> None:
    parameters = {parameter.name: parameter for parameter in REPORT.parameters}
    assert choices(parameters["municipality"], "en", ENTITIES) == [
        ("koeln", "Cologne"),
        ("kopenhagen", "Copenhagen"),
        ("karlsruhe", "Karlsruhe"),
        ("neustadt-a", "Neustadt"),
        ("neustadt-b", "Neustadt (Dosse)"),
        ("oelde", "Ölde"),
        ("zwickau", "Zwickau"),
    ]
    assert choices(parameters["theme"], "de", ENTITIES) == [("peace", "Frieden"), ("climate", "Klima")]
    assert choices(parameters["state"], "de", ENTITIES) == [("open", "offen"), ("broken", "verletzt")]
    assert choices(parameters["country"], "en", ENTITIES) == [("DEU", "Germany")]
    assert choices(parameters["lang"], "de", ENTITIES) == [("de", "de"), ("en", "en")]
    assert choices(parameters["day"], "de", ENTITIES) == []
    anything = choices(parameters["anything"], "de", ENTITIES)
    assert ("source/koeln", "Internetseite") in anything
    for parameter in parameters.values():
        for value, _ in choices(parameter, "de", ENTITIES):
            bound(**{parameter.name: value})


def shape(query: str) -> object:
    """The parsed query with the terms of the parameters' blocks counted but not named."""

    def reduce(node: object) -> object:
        if isinstance(node, CompValue) and node.name == "InlineData":
            return ("VALUES", reduce(node["var"]), len(node["value"]))
        if isinstance(node, CompValue):
            return (node.name, {key: reduce(value) for key, value in node.items()})
        if hasattr(node, "asList") or isinstance(node, list | tuple):
            return [reduce(member) for member in node]  # type: ignore[attr-defined]
        return node

    return reduce(parseQuery(query))


SHAPE = shape(REPORT.text)
HOSTILE = st.one_of(
    st.text(),
    st.text(alphabet="\"\\u0027'{}<>?#\n\r\t .;UNDEFx", max_size=40),
    st.sampled_from(
        [
            "koeln",
            "climate",
            "2020-01-01",
            "1999",
            "5",
            "open",
            "en",
            '" } } #',
            "\\u0022",
            "\\u000A",
            "<x>",
            "'''",
        ]
    ),
)


@settings(max_examples=150, deadline=None)
@example(name="words", value="\\u000A")
@given(name=st.sampled_from([parameter.name for parameter in REPORT.parameters]), value=HOSTILE)
def test_no_text_changes_the_shape_of_the_query(name: str, value: str) -> None:
    try:
        query = bound(**{name: value})
    except BadParameter:
        return
    assert shape(query) == SHAPE
    ox.Store().query(query)


def test_the_shape_sees_what_text_pasting_would_do() -> None:
    assert shape(REPORT.text.replace('"Rhein"', '"x" } ?a ?b ?c . VALUES ?y { "x"')) != SHAPE
    assert shape(REPORT.text.replace('"Rhein"', '"x" "y"')) != SHAPE
