"""The documents about entities: where /id/… leads, what they say in which form, and on whose word."""

import json
import re
from dataclasses import replace

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from polisgraph.folding import slug_of
from polisgraph.namespaces import BASE, GRAPHS, PREFIXES
from polisgraph.web.relations import Tenure, judged
from polisgraph.web.rows import Term
from tests.web.conftest import Page, Reader

KOELN = BASE + "id/municipality/koeln"
GERMANY = PREFIXES["country"] + "DEU"


@pytest.mark.parametrize("accept", ["*/*", "text/html", "text/turtle", "application/ld+json"])
def test_things_lead_to_their_documents(client: FlaskClient, accept: str) -> None:
    response = client.get("/id/municipality/koeln", headers={"Accept": accept})
    assert (response.status_code, response.headers["Location"]) == (303, "/doc/municipality/koeln")
    assert response.headers["Link"] == f'<{BASE}doc/municipality/koeln>; rel="describedby"'


@pytest.mark.parametrize(
    ("asked", "ending"), [(".ttl", ".ttl"), (".jsonld", ".jsonld"), (".html", ".html"), ("?format=nt", ".nt")]
)
def test_an_explicit_form_is_kept(client: FlaskClient, asked: str, ending: str) -> None:
    assert client.get("/id/municipality/koeln" + asked).headers["Location"] == "/doc/municipality/koeln" + ending


@pytest.mark.parametrize(
    "address",
    [
        "/id/municipality/none",
        "/id/none",
        "/doc/municipality/none",
        "/doc/municipality/none.ttl",
        "/doc/x%20y",
        "/doc/%3E%20a",
    ],
)
def test_nothing_is_known_about_it(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404
    assert client.get(address, headers={"Accept": "text/html"}).status_code == 404


@pytest.mark.parametrize(
    ("ending", "form"),
    [
        ("ttl", ox.RdfFormat.TURTLE),
        ("nt", ox.RdfFormat.N_TRIPLES),
        ("rdf", ox.RdfFormat.RDF_XML),
        ("jsonld", ox.RdfFormat.JSON_LD),
    ],
)
def test_every_form_holds_the_same(client: FlaskClient, store: ox.Store, ending: str, form: ox.RdfFormat) -> None:
    body = client.get(f"/doc/municipality/koeln.{ending}").data
    found = {quad.triple for quad in ox.parse(body, format=form)}
    koeln = ox.NamedNode(KOELN)
    own = {q.triple for q in store.quads_for_pattern(koeln, None, None, ox.DefaultGraph())}
    about = {q.triple for q in store.quads_for_pattern(None, None, koeln, ox.DefaultGraph())}
    assert own and about and own | about <= found
    label = ox.NamedNode(PREFIXES["pg"] + "displayLabel")
    # Of itself the document says which parts of the data with terms of their own it rests on, and these terms.
    terms = {t for t in found if t.subject.value.startswith((GRAPHS, BASE + "doc/"))}
    more = found - own - about - terms
    assert {t.subject.value for t in terms} == {BASE + "doc/municipality/koeln", GRAPHS + "data/coordinates-geonames"}
    assert all(triple.predicate == label for triple in more)
    named = {triple.subject.value for triple in more}
    assert {GERMANY, BASE + "id/tenure/koeln--eurocities"} <= named


@pytest.mark.parametrize("accept", ["text/html", "text/turtle"])
def test_links_to_the_other_forms(client: FlaskClient, accept: str) -> None:
    links = client.get("/doc/municipality/koeln", headers={"Accept": accept}).headers["Link"]
    assert f'<{BASE}doc/municipality/koeln>; rel="canonical"' in links
    assert f'<{KOELN}>; rel="describes"' in links
    kinds = {"text/html", "text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"}
    assert links.count('rel="alternate"') == len(kinds) - 1
    for kind in kinds - {accept}:
        assert f'rel="alternate"; type="{kind}"' in links
        assert client.get(next(p for p in links.split(", ") if kind in p)[1:].split(">")[0]).mimetype == kind


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        ("german", "Köln|Gemeinde|Netzwerke|Eurocities|Mitglied|Staat|Deutschland|Amtlicher Gemeindeschlüssel"),
        ("english", "Cologne|municipality|Networks|Eurocities|member|country|Germany|official municipality key"),
    ],
)  # fmt: skip
def test_a_municipality(request: pytest.FixtureRequest, reader: str, expected: str) -> None:
    page = request.getfixturevalue(reader).get("/doc/municipality/koeln")
    texts = [text for text, _ in page.texts]
    assert set(expected.split("|")) - set(texts) == set()
    assert KOELN in texts
    for link in (
        "/doc/network/eurocities", "/doc/source/koeln", "/doc/tenure/koeln--eurocities", "/ontology/#Municipality",
        "/ontology/#foaf:homepage", "/graph/data/from-koeln", "/doc/municipality/koeln.ttl",
        "http://www.wikidata.org/entity/Q365", "https://d-nb.info/gnd/4031483-2", "https://www.geonames.org/2886242",
        "/doc?iri=http%3A%2F%2Fpublications.europa.eu%2Fresource%2Fauthority%2Fcountry%2FDEU",
    ):  # fmt: skip
        assert link in page.links, link


def test_statements_say_where_they_stand(german: Reader) -> None:
    """A statement leads to its footnote, and that to the source, the place in it, and the graph."""
    page = german.get("/doc/tenure/bochum--eurocities")
    notes = [link for link in page.links if link.startswith("#evidence-")]
    assert notes and {note[1:] for note in notes} <= set(page.ids)
    assert "/doc/source/bochum-eurocities" in page.links and "/graph/data/from-bochum-eurocities" in page.links
    assert "/doc/source/bochum-europa" in page.links
    assert "Eurocities, 1" in page.text
    assert "März 2021" in page.text and "2021-03" in page.attributes("time", "datetime")


def test_conclusions_stand_apart(german: Reader) -> None:
    page = german.get("/doc/municipality/koeln")
    texts = [text for text, _ in page.texts]
    concluded = texts.index("Was daraus folgt")
    assert texts.index("ist angeschlossen an") > concluded > texts.index("Angaben")
    assert "durch eine Regel aus Angaben der Quellen abgeleitet" in texts
    # What only repeats a statement by a wider property is left to the data formats.
    assert "Seite oder Datensatz über dasselbe" not in texts
    assert "http://schema.org/sameAs" in german.client.get("/doc/municipality/koeln.nt").text


def test_a_network_lists_its_members(english: Reader) -> None:
    page = english.get("/doc/network/eurocities")
    assert "Members" in [text for text, _ in page.texts] and "11 known today" in page.text
    assert "/reports/members-of-network?network=eurocities" in page.links
    assert {"/doc/municipality/bochum", "/doc/municipality/koeln", "/doc/body/eurocities-forum-culture"} & set(
        page.links
    )


def test_a_network_shows_where_its_sources_disagree(english: Reader) -> None:
    """135 cities in 35 countries say some, 200 in 38 others; both stand there with their sources."""
    page = english.get("/doc/network/eurocities")
    texts = [text for text, _ in page.texts]
    assert "Sources disagree here: countries; member cities." in texts
    assert texts.count("sources disagree") == 2
    for said in ("more than 135", "more than 200", "35", "38"):
        assert said in texts
    assert {"/doc/source/koeln", "/doc/source/bochum-eurocities", "/doc/source/duesseldorf"} <= set(page.links)


def test_bodies_stand_as_a_tree_and_offices_with_their_holders(english: Reader) -> None:
    page = english.get("/doc/network/eurocities")
    assert {"/doc/body/eurocities-forum-kultur", "/doc/person/burkhard-jung"} <= set(page.links)
    assert {"Structure", "Offices and who holds them"} <= {text for text, _ in page.texts}
    sections = english.get("/doc/network/iccar")
    assert "Sections and coalitions" in sections.text and "/doc/network/coalition-africa" in sections.links


def test_a_municipality_is_compared_with_those_most_alike(english: Reader) -> None:
    page = english.get("/doc/municipality/koeln")
    assert "Cities most alike" in page.text
    assert "/compare?with=koeln&with=bochum&with=duesseldorf" in page.links
    rows = [found for tag, found in page.elements if tag == "tr" and found.get("data-lat") == "51.48333"]
    assert len(rows) == 1


def test_search_engines_read_what_it_is(client: FlaskClient) -> None:
    """Data in a script element is not run; the policy of the page lets it stand."""
    text = client.get("/doc/municipality/duesseldorf?lang=en", headers={"Accept": "text/html"}).text
    said = json.loads(text.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    assert (said["@type"], said["name"]) == ("GovernmentOrganization", "Düsseldorf")
    assert "http://www.wikidata.org/entity/Q1718" in said["sameAs"]
    peace = next(role for role in said["memberOf"] if role["memberOf"]["name"] == "Mayors for Peace")
    assert peace["startDate"] == "2014" and peace["memberOf"]["@id"] == BASE + "id/network/mayors-for-peace"
    assert f'<link rel="canonical" href="{BASE}doc/municipality/duesseldorf">' in text


def test_a_page_leads_to_a_query_about_it(german: Reader) -> None:
    address = next(link for link in german.get("/doc/network/eccar").links if link.startswith("/sparql?query="))
    assert "network/eccar" in german.get(address).text


def test_who_runs_a_secretariat(german: Reader) -> None:
    texts = [text for text, _ in german.get("/doc/municipality/heidelberg").texts]
    assert "Trägt die Geschäftsstelle" in texts


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/doc/role/member", "Mitglied"),
        ("/doc/role", "Rollen"),
        ("/doc/source/koeln", "Herausgeber"),
        ("/doc?iri=" + GERMANY, "Deutschland"),
        ("/doc?iri=http://www.w3.org/ns/org%23member", "http://www.w3.org/ns/org#member"),
        ("/doc?iri=" + KOELN, "Köln"),
        ("/doc/municipality", "Bochum"),
    ],
)
def test_other_things_have_pages_too(german: Reader, address: str, title: str) -> None:
    page = german.get(address)
    assert page.status == 200 and (title in page.text or title == "Herausgeber")


@pytest.mark.parametrize("iri", ["", "koeln", "javascript alert", "http://a/<b>", "http://a/%0A b", "http://a/%22"])
def test_what_is_no_iri(client: FlaskClient, iri: str) -> None:
    response = client.get("/doc?iri=" + iri)
    assert response.status_code == 400 and response.json["parameter"] == "iri"


def test_countries_come_as_data_too(client: FlaskClient) -> None:
    assert f"<{GERMANY}>" in client.get(f"/doc?iri={GERMANY}&format=nt").text
    assert client.get("/doc?iri=http://example.org/none").status_code == 404


def test_every_link_to_an_own_page_leads_somewhere(german: Reader, client: FlaskClient) -> None:
    """From the start page two clicks deep, whatever is linked answers."""
    waiting, seen = ["/", "/doc/municipality/koeln", "/doc/tenure/bochum--eurocities", "/about", "/sources"], set()
    for address in waiting:
        for link in german.get(address).links:
            target = link.partition("#")[0]
            if link.startswith("/") and target not in seen and "lang=" not in link:
                seen.add(target)
                with client.get(target, headers={"Accept": "text/html,*/*;q=0.1"}, follow_redirects=True) as response:
                    assert response.status_code == 200, f"{address} links {link}"
    assert len(seen) > 80


def test_anchors_exist(german: Reader) -> None:
    """Properties and classes on a page link to their place on the page of the vocabulary."""
    anchors = set(german.get("/ontology/").ids)
    for address in (
        "/doc/municipality/koeln",
        "/doc/network/eurocities",
        "/doc/tenure/bochum--eurocities",
        "/doc/source/koeln",
    ):
        linked = {link.partition("#")[2] for link in german.get(address).links if link.startswith("/ontology/#")}
        assert linked and linked <= anchors


def test_websites_and_articles_are_links(german: Reader, english: Reader) -> None:
    for reader, words in ((german, {"Website", "Wikipedia-Artikel"}), (english, {"homepage", "Wikipedia article"})):
        page = reader.get("/doc/network/energy-cities")
        assert words <= {text for text, _ in page.texts}
        assert {
            "https://energy-cities.eu/",
            "https://de.wikipedia.org/wiki/%C3%89nergie-Cit%C3%A9s",
            "https://en.wikipedia.org/wiki/Energy_Cities",
        } <= set(page.links)


def members_listed(page: Page) -> list[str]:
    """Return the names in the table of members, which is the first of the page of a large network."""
    texts = [text for text, _ in page.texts]
    rows = page.source.split('<table id="members-table"')[1].split("</table>")[0].split("<tr")[2:]
    assert "Members" in texts
    return [re.sub("<[^>]*>", "", row.split("<td>")[1].split("</td>")[0]).strip() for row in rows]


@pytest.mark.parametrize(
    ("network", "words", "first"),
    [
        ("race-to-zero", "Here stand the first 60 by name.", True),
        ("covenant-of-mayors", "they are too many to put all in order here", False),
    ],
)
def test_members_of_large_networks_stand_by_name(
    whole_client: FlaskClient, network: str, words: str, first: bool
) -> None:
    page = Reader(whole_client, "en").get(f"/doc/network/{network}")
    listed = members_listed(page)
    assert words in page.text and len(listed) == 60
    assert [slug_of(name) for name in listed] == sorted(slug_of(name) for name in listed)
    if first:
        report = whole_client.get(f"/reports/members-of-network.json?network={network}&lang=en").get_json()
        everyone = sorted({slug_of(row["member_label"]["value"]) for row in report["results"]["bindings"]})
        assert sorted({slug_of(name) for name in listed}) == everyone[: len({slug_of(name) for name in listed})]


def test_a_page_says_where_sources_disagree_on_the_time(whole_client: FlaskClient) -> None:
    """Hamburg joined the Rainbow Cities Network in 2014, says the network; in July 2016, says the press."""
    page = Reader(whole_client, "en").get("/doc/municipality/hamburg")
    texts = [text for text, _ in page.texts]
    assert "Sources disagree on the time: Rainbow Cities Network." in texts and "/reports/contradictions" in page.links
    assert [texts[place - 1] for place, text in enumerate(texts) if text == "sources disagree"] == [
        "2014",
        "28 Jul 2016",
    ]
    german = Reader(whole_client, "de").get("/doc/network/rainbow-cities")
    assert german.text.count("Quellen uneins") == 4
    assert "uneinig" not in Reader(whole_client, "de").get("/doc/municipality/koeln").text


def tenure(start: str = "", end: str = "", role: str = "member", source: str = "a") -> Tenure:
    said = {"other": "x", "start": start, "end": end, "role_label": role}
    row = {name: Term("literal", value) for name, value in said.items() if value}
    return Tenure(row, ((Term("iri", source), source, ()),) if source else ())


@pytest.mark.parametrize(
    ("other", "disputed"),
    [
        (tenure("2016-07-28", source="b"), True),
        (tenure("2016-07-28", role="", source="b"), True),
        (tenure("2014", source="b"), False),
        (tenure("2014-05", source="b"), False),  # only more precise
        (tenure("2016", source="a"), False),  # one source tells of two times
        (tenure("2016", source=""), False),
        (tenure("2016", role="chair", source="b"), False),
        (tenure("2001", "2005", source="b"), False),  # over before the other began
        (tenure("2001", "2014", source="b"), True),
        (tenure("", "2020", source="b"), False),
    ],
)
def test_two_sources_disagree_if_both_cannot_be_right(other: Tenure, disputed: bool) -> None:
    one = tenure("2014")
    assert [each.disputed for each in judged([one, other])] == [disputed, disputed]
    elsewhere = replace(other, row={**other.row, "other": Term("literal", "y")})
    assert not any(each.disputed for each in judged([one, elsewhere]))
