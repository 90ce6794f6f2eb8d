"""The vocabulary and the shapes on the web: one page with a place for every term, and RDF for programs."""

import re
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from polisgraph.namespaces import BASE, ONTOLOGY_GRAPHS, PG, PGSH, PREFIXES, SHAPES_GRAPH
from polisgraph.web.diagram import WIDTH, lay_out
from tests.web.conftest import Reader

OWL = PREFIXES["owl"]
TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
TERM_KINDS = ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")


def terms(store: ox.Store, graph: str) -> set[str]:
    name = ox.NamedNode(ONTOLOGY_GRAPHS + graph)
    return {
        quad.subject.value
        for kind in TERM_KINDS
        for quad in store.quads_for_pattern(None, TYPE, ox.NamedNode(OWL + kind), name)
    }


def test_every_term_has_its_place(german: Reader, english: Reader, store: ox.Store) -> None:
    own = terms(store, "polisgraph")
    assert len(own) > 80
    for reader in (german, english):
        page = reader.get("/ontology/")
        assert {term.removeprefix(PG) for term in own} <= set(page.ids)
        assert "org:member" in page.ids and "skos:prefLabel" in page.ids
        assert len(page.ids) == len(set(page.ids))
        assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


@pytest.mark.parametrize(
    ("reader", "words"),
    [
        (
            "german",
            "Gebietskörperschaft|ist Gremium von|Rollen|"
            "Öffentliche Organisation, die einen Teil eines Landes unterhalb der nationalen Ebene regiert.",
        ),
        (
            "english",
            "local authority|body of|roles|"
            "Public organisation that governs part of a country below the national level.",
        ),
    ],
)
def test_terms_are_explained(request: pytest.FixtureRequest, reader: str, words: str) -> None:
    texts = [text for text, _ in request.getfixturevalue(reader).get("/ontology/").texts]
    assert set(words.split("|")) - set(texts) == set()


def test_terms_stand_in_the_order_of_the_readers_language(german: Reader, english: Reader) -> None:
    amt_before_gremium, department_after_body = german.get("/ontology/").ids, english.get("/ontology/").ids
    assert amt_before_gremium.index("Department") < amt_before_gremium.index("Body")
    assert department_after_body.index("Department") > department_after_body.index("Body")


def test_the_diagram_leads_to_the_terms_and_stands_as_a_table_too(english: Reader, german: Reader) -> None:
    for reader, words in ((english, "network membership"), (german, "Netzwerkmitgliedschaft")):
        page = reader.get("/ontology/")
        drawn = {str(found["class"]) for tag, found in page.elements if tag == "path"}
        assert len(drawn) > 3 and page.texts.count((words, reader.language[:2])) > 2
        texts = [text for text, _ in page.texts]
        row = texts.index(words, texts.index("From" if reader is english else "Von"))
        assert texts[row + 1 : row + 3] in (["member", "organization"], ["Mitglied der Beziehung", "Organisation"])


def test_terms_have_examples_out_of_the_data_and_the_reports_that_use_them(english: Reader, store: ox.Store) -> None:
    page = english.get("/terms/")
    assert set(page.ids) - {"content", "menu", "find"} <= set(english.get("/ontology/").ids)
    assert {"/terms/", "/terms/#Municipality"} <= set(english.get("/ontology/").links)
    texts = [text for text, _ in page.texts]
    municipalities = list(store.quads_for_pattern(None, TYPE, ox.NamedNode(PG + "Municipality"), ox.DefaultGraph()))
    assert f"one of {len(municipalities)}" in texts
    of_figures = [link for link in page.links if link == "/reports?term=pg:measure"]
    assert len(of_figures) == 1
    asking = english.get(of_figures[0])
    assert "/reports/contradictions" in asking.links and "/reports/joining-timeline" not in asking.links
    assert "/ontology/#measure" in asking.links and "pg:measure" in [text for text, _ in asking.texts]
    assert "/reports/members-of-network" in english.get("/reports?term=org:member").links


@pytest.mark.parametrize("term", ["none:x", "pg:None", "x", '"><b>', "<"])
def test_no_report_asks_by_what_is_no_term(german: Reader, term: str) -> None:
    page = german.get("/reports?term=" + quote(term))
    assert page.status == 200 and "Kein Bericht passt." in page.text and "<b>" not in page.source


def test_a_diagram_has_no_box_on_another_and_each_line_between_its_ends() -> None:
    links = [("a", "p", "b"), ("a", "q", "c"), ("b", "p", "c"), ("d", "p", "c"), ("c", "r", "c"), ("c", "r", "a")]
    drawn = lay_out(reversed(links))
    assert drawn == lay_out(links) and lay_out([]).boxes == ()
    boxes = {box.iri: box for box in drawn.boxes}
    assert boxes["a"].x < boxes["b"].x < boxes["c"].x
    for one in drawn.boxes:
        assert one.x >= 0 and one.x + WIDTH <= drawn.width and one.y + one.height <= drawn.height
        for other in drawn.boxes:
            if one != other and one.x == other.x:
                assert one.y + one.height < other.y or other.y + other.height < one.y
    assert len(drawn.lines) == 4 and all(line.x1 < line.x2 for line in drawn.lines)


def test_a_chain_stands_in_its_order(english: Reader) -> None:
    texts = [text for text, _ in english.get("/ontology/").texts]
    place = texts.index("Follows from", texts.index("body of"))
    assert texts[place + 1 : place + 4] == ["sub-body of", ",", "body of"]


def test_terms_lead_to_their_place_or_to_turtle(client: FlaskClient) -> None:
    page = client.get("/ontology/NetworkMembership", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["Location"]) == (303, "/ontology/#NetworkMembership")
    data = client.get("/ontology/NetworkMembership")
    assert data.mimetype == "text/turtle" and 'rdfs:label "Netzwerkmitgliedschaft"@de' in data.text
    chain = ox.parse(client.get("/ontology/bodyOf?format=nt").data, format=ox.RdfFormat.N_TRIPLES)
    steps = [q.object.value for q in chain if q.predicate.value == PREFIXES["rdf"] + "first"]
    assert sorted(steps) == [PG + "bodyOf", PG + "subBodyOf"]


@pytest.mark.parametrize("address", ["/ontology/Nothing", "/ontology/a%20b", "/shapes/Nothing", "/shapes/a%3Eb"])
def test_unknown_terms(client: FlaskClient, address: str) -> None:
    for accept in ("text/turtle", "text/html"):
        assert client.get(address, headers={"Accept": accept}).status_code == 404


@pytest.mark.parametrize(
    ("address", "graph"),
    [
        ("/ontology/", ONTOLOGY_GRAPHS + "polisgraph"),
        ("/ontology.ttl", ONTOLOGY_GRAPHS + "polisgraph"),
        ("/shapes.ttl", SHAPES_GRAPH),
    ],
)
def test_whole_files(client: FlaskClient, store: ox.Store, address: str, graph: str) -> None:
    response = client.get(address)
    assert response.headers["Content-Type"] == "text/turtle; charset=utf-8"
    found = list(ox.parse(response.data, format=ox.RdfFormat.TURTLE))
    assert len(found) == len(list(store.quads_for_pattern(None, None, None, ox.NamedNode(graph))))


def test_the_version_leads_to_the_ontology(client: FlaskClient) -> None:
    response = client.get("/ontology/0.1.0")
    assert (response.status_code, response.headers["Location"]) == (303, "/ontology/")
    assert client.get("/ontology").headers["Location"].endswith("/ontology/")


def test_every_shape_has_its_place(german: Reader, client: FlaskClient) -> None:
    page = german.get("/shapes/")
    assert len(page.ids) > 30 and "Named" in page.ids and len(page.ids) == len(set(page.ids))
    assert "Verstoß: nichts wird ausgeliefert" in page.text
    html = {"Accept": "text/html"}
    assert client.get("/shapes/Named", headers=html).headers["Location"] == "/shapes/#Named"
    named = client.get("/shapes/Named").text
    assert "NodeShape" in named and "Unlinked" not in named


def test_shapes_are_explained(german: Reader, english: Reader, store: ox.Store) -> None:
    graph = ox.NamedNode(SHAPES_GRAPH)
    pages = {"de": german.get("/shapes/"), "en": english.get("/shapes/")}
    names = [q.object for q in store.quads_for_pattern(None, ox.NamedNode(PREFIXES["sh"] + "name"), None, graph)]
    assert len(names) > 60
    for name in names:
        assert isinstance(name, ox.Literal) and name.language in pages
        assert name.value in pages[name.language].text
    messages = store.quads_for_pattern(None, ox.NamedNode(PREFIXES["sh"] + "message"), None, graph)
    told = [q.object for q in messages if isinstance(q.object, ox.Literal) and q.object.language == "en"]
    # What a finding fills in is a gap here.
    said = [re.sub(r"\{\?\w+\}", "…", " ".join(message.value.split())) for message in told]
    assert any("…" in message for message in said) and all(message in pages["en"].text for message in said)


def test_own_iris_of_terms_lead_here(german: Reader) -> None:
    page = german.get("/sparql?query=SELECT+*+%7B+VALUES+%3Fx+%7B+%3C" + PG + "Body%3E+%3C" + PGSH + "Named%3E+%7D+%7D")
    assert {"/ontology/#Body", "/shapes/#Named"} <= set(page.links)
    assert not [link for link in page.links if link.startswith(BASE)]


def test_concepts_are_defined_on_a_page_of_their_own(english: Reader, german: Reader, store: ox.Store) -> None:
    scheme = ox.NamedNode(PREFIXES["skos"] + "inScheme")
    concepts = {q.subject for q in store.quads_for_pattern(None, scheme, None, ox.DefaultGraph())}
    assert len(concepts) > 80
    for reader, code, words in ((english, "en", "founding member"), (german, "de", "Gründungsmitglied")):
        page = reader.get("/concepts/")
        assert words in [text for text, _ in page.texts]
        assert {"/concepts/", "/concepts/#role"} <= set(reader.get("/ontology/").links)
        assert len(page.ids) == len(set(page.ids))
        assert {link[1:] for link in page.links if link.startswith("#")} - {"content"} <= set(page.ids)
        for concept in concepts:
            said = store.quads_for_pattern(
                concept, ox.NamedNode(PREFIXES["skos"] + "definition"), None, ox.DefaultGraph()
            )
            values = {" ".join(q.object.value.split()) for q in said if getattr(q.object, "language", "") == code}
            assert values <= {text for text, _ in page.texts}
            assert concept.value.replace(BASE + "id/", "/doc/") in page.links


def test_the_page_of_the_vocabulary_is_no_larger_than_others(client: FlaskClient) -> None:
    for code in ("de", "en"):
        page = client.get("/ontology/", headers={"Accept": "text/html", "Accept-Language": code})
        assert len(page.data) < 100_000


@pytest.mark.parametrize("name", ["ontology", "shapes"])
def test_the_ending_of_pages_leads_to_the_page(client: FlaskClient, name: str) -> None:
    response = client.get(f"/{name}.html")
    assert (response.status_code, response.headers["Location"]) == (303, f"/{name}/")
