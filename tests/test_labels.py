"""The one name to show for everything described, in German and in English."""

from collections import Counter
from collections.abc import Callable
from datetime import date

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.derive import derive
from polisgraph.load import load
from polisgraph.namespaces import PG, PREFIXES, expand
from tests.shipped import WRITTEN

RULES = bundle.ONTOLOGY / "rules"
LABEL = ox.NamedNode(PG + "displayLabel")
TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
Sample = Callable[..., ox.Store]

NAMES = """
    mun:bochum skos:prefLabel "Bochum"@de .
    mun:koeln skos:prefLabel "Köln"@de , "Cologne"@en .
    mun:potsdam skos:prefLabel "Potsdam"@de .
    net:eurocities skos:prefLabel "Eurocities"@en .
    net:climate-alliance skos:prefLabel "Klima-Bündnis"@de , "Climate Alliance"@en .
    body:office skos:prefLabel "Geschäftsstelle"@de , "office"@en .
    country:DEU skos:prefLabel "Deutschland"@de , "Germany"@en .
"""


def labels(store: ox.Store, name: str) -> tuple[list[str], list[str]]:
    """The German and the English display labels of `name`."""
    found = [q.object for q in store.quads_for_pattern(ox.NamedNode(expand(name)), LABEL, None, ox.DefaultGraph())]
    german, english = ([t.value for t in found if t.language == language] for language in ("de", "en"))
    assert len(german) + len(english) == len(found)
    return german, english


CASES = {
    "both languages": (
        'net:x skos:prefLabel "Netz"@de , "Net"@en , "Réseau"@fr .',
        "Netz", "Net"),
    "German only": ('net:x skos:prefLabel "Netz"@de , "Réseau"@fr .', "Netz", "Netz"),
    "English only": ('net:x skos:prefLabel "Net"@en , "Réseau"@fr .', "Net", "Net"),
    "neither": ('net:x skos:prefLabel "Réseau"@fr , "Red"@es .', "Red", "Red"),
    "variants of the language": ('net:x skos:prefLabel "Netz"@de-AT , "Net"@en-GB .', "Netz", "Net"),
    "two names in one language": ('net:x skos:prefLabel "Netz B"@de , "Netz A"@de .', "Netz A", "Netz A"),
    "no language": ('net:x skos:prefLabel "X-Net" , "Réseau"@fr .', "X-Net", "X-Net"),
    "a title before a label": ('net:x rdfs:label "x"@de ; dct:title "Titel"@en .', "Titel", "Titel"),
    "a preferred label before a title": (
        'net:x dct:title "Titel"@de ; skos:prefLabel "Name"@en .',
        "Name", "Name"),
    "a label of a term": ('net:x rdfs:label "Begriff"@de , "term"@en .', "Begriff", "term"),
    "a plain name": ('net:x foaf:name "Ada" .', "Ada", "Ada"),
    "no name": ("net:x a pg:Network .", "x", "x"),
    "membership": (
        "net:x org:member mun:koeln ; org:organization net:climate-alliance ; org:role role:member .",
        "Köln – Klima-Bündnis (Mitglied)", "Cologne – Climate Alliance (member)"),
    "membership without role": (
        "net:x org:member mun:koeln ; org:organization net:eurocities .",
        "Köln – Eurocities", "Cologne – Eurocities"),
    "membership with a name": (
        'net:x org:member mun:koeln ; org:organization net:eurocities ; skos:prefLabel "Beitritt"@de .',
        "Beitritt", "Beitritt"),
    "membership of two": (
        "net:x a pg:NetworkMembership ; org:member mun:koeln , mun:bochum ; org:organization net:eurocities.",
        "x", "x"),
    "membership in two": (
        "net:x a pg:NetworkMembership ; org:member mun:koeln ; org:organization net:eurocities , body:office .",
        "x", "x"),
    "membership in two roles": (
        "net:x a pg:NetworkMembership ; org:member mun:koeln ; org:organization net:eurocities ;"
        "org:role role:member , role:chair .",
        "x", "x"),
    "membership of somebody unnamed": (
        "net:x a pg:NetworkMembership ; org:member mun:nobody ; org:organization net:eurocities .",
        "x", "x"),
    "hosting": (
        "net:x pg:host mun:koeln ; pg:hostedBody body:office .",
        "Köln – Geschäftsstelle", "Cologne – office"),
    "joint hosting": (
        "net:x pg:host mun:koeln , mun:bochum ; pg:hostedBody body:office .",
        "Bochum, Köln – Geschäftsstelle", "Bochum, Cologne – office"),
    "hosting by three": (
        "net:x pg:host mun:koeln , mun:bochum , mun:potsdam ; pg:hostedBody body:office .",
        "Bochum, Köln u. a. – Geschäftsstelle", "Bochum, Cologne and others – office"),
    "claim": (
        "net:x pg:about net:eurocities ; pg:measure measure:member-cities ; pg:value 135 .",
        "Eurocities – Mitgliedsstädte: 135", "Eurocities – member cities: 135"),
    "claim in full": (
        "net:x pg:about net:eurocities ; pg:measure measure:seats ; pg:value 2 ;"
        'pg:qualifier qualifier:more-than ; org:role role:chair ;'
        'pg:scope country:DEU ; pg:asOf "2022"^^xsd:gYear .',
        "Eurocities – Sitze (Vorsitz) (Deutschland): mehr als 2 (2022)",
        "Eurocities – seats (chair) (Germany): more than 2 (2022)"),
    "claim with two values": (
        "net:x a pg:FigureClaim ; pg:about net:eurocities ; pg:measure measure:seats ; pg:value 2 , 3 .",
        "x", "x"),
    "commitment in steps": (
        "net:x a pg:Commitment ; pg:undertakenIn net:climate-alliance ; pg:changePercent -10.0 ;"
        'pg:indicator indicator:co2-emissions ; pg:every "P5Y"^^xsd:duration .',
        "Klima-Bündnis: CO₂-Emissionen −10 % (alle 5 Jahre)",
        "Climate Alliance: CO₂ emissions −10 % (every 5 years)"),
    "commitment with a deadline": (
        "net:x a pg:Commitment ; pg:undertakenIn net:climate-alliance ; pg:changePercent 2.5 ;"
        'pg:deadline "2030"^^xsd:gYear .',
        "Klima-Bündnis: Selbstverpflichtung 2.5 % (bis 2030)",
        "Climate Alliance: commitment 2.5 % (by 2030)"),
    "action plan": (
        "net:x a pg:ActionPlan , pg:Commitment ; pg:undertakenIn net:climate-alliance .",
        "Klima-Bündnis: Aktionsplan", "Climate Alliance: action plan"),
    "action point": (
        "net:plan a pg:ActionPlan ; pg:undertakenIn net:climate-alliance ; pg:hasPoint net:x ."
        "net:x pg:position 3 .",
        "Klima-Bündnis: Aktionsplan, 3", "Climate Alliance: action plan, 3"),
    "contact point": ("mun:koeln cv:contactPoint net:x .", "Köln – Kontakt", "Cologne – contact"),
    "shared contact point": (
        "mun:koeln cv:contactPoint net:x . mun:bochum cv:contactPoint net:x .",
        "Bochum – Kontakt", "Bochum – contact"),
    "change of organisations": (
        "net:x org:originalOrganization net:eurocities ; org:resultingOrganization net:climate-alliance .",
        "Eurocities → Klima-Bündnis", "Eurocities → Climate Alliance"),
    "hosting by four": (
        "net:x pg:host mun:koeln , mun:bochum , mun:potsdam , net:eurocities ; pg:hostedBody body:office .",
        "Bochum, Köln u. a. – Geschäftsstelle", "Bochum, Cologne and others – office"),
    "hosting of two": (
        "net:x a pg:SecretariatHosting ; pg:host mun:koeln ; pg:hostedBody body:office , net:eurocities .",
        "x", "x"),
    "hosting with a name": (
        'net:x pg:host mun:koeln ; pg:hostedBody body:office ; skos:prefLabel "Name"@de .',
        "Name", "Name"),
    "claim with a name": (
        'net:x pg:about net:eurocities ; pg:measure measure:seats ; pg:value 2 ; skos:prefLabel "Name"@de .',
        "Name", "Name"),
    "commitment with a name": (
        'net:x a pg:Commitment ; pg:undertakenIn net:eurocities ; skos:prefLabel "Name"@de .',
        "Name", "Name"),
    "commitment in two networks": (
        "net:x a pg:Commitment ; pg:undertakenIn net:eurocities , net:climate-alliance .",
        "x", "x"),
    "action point with a name": (
        'net:climate-alliance pg:hasPoint net:x . net:x pg:position 3 ; skos:prefLabel "Name"@de .',
        "Name", "Name"),
    "action point of two plans and places": (
        "net:climate-alliance pg:hasPoint net:x . net:eurocities pg:hasPoint net:x . net:x pg:position 3 , 4 .",
        "Klima-Bündnis, 3", "Climate Alliance, 3"),
    "contact point with a name": (
        'mun:koeln cv:contactPoint net:x . net:x skos:prefLabel "Name"@de .',
        "Name", "Name"),
    "change of organisations with a name": (
        "net:x org:originalOrganization net:eurocities ; org:resultingOrganization net:eurocities ."
        'net:x skos:prefLabel "Name"@de .',
        "Name", "Name"),
    "merger and split": (
        "net:x org:originalOrganization net:eurocities , net:climate-alliance ;"
        "org:resultingOrganization mun:koeln , mun:bochum .",
        "Klima-Bündnis → Bochum", "Climate Alliance → Bochum"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_one_label_for_each_reader(sample: Sample, case: str) -> None:
    text, german, english = CASES[case]
    store = sample(NAMES + text)
    derive(store, RULES)
    assert labels(store, "net:x") == ([german], [english])


def test_every_described_thing_of_the_shipped_data_has_exactly_one_label_per_reader() -> None:
    store = load(WRITTEN, bundle.ONTOLOGY, date(2026, 11, 22)).store
    derive(store, RULES)
    described = {q.subject for q in store.quads_for_pattern(None, TYPE, None, ox.DefaultGraph())}
    described = {subject for subject in described if isinstance(subject, ox.NamedNode)}
    found = Counter(
        (q.subject, q.object.language) for q in store.quads_for_pattern(None, LABEL, None, ox.DefaultGraph())
    )
    assert found == Counter((subject, language) for subject in described for language in ("de", "en"))
    assert len(described) > 400


def test_nothing_of_ours_in_the_shipped_data_is_called_by_its_iri_for_want_of_a_name() -> None:
    store = load(WRITTEN, bundle.ONTOLOGY, date(2026, 11, 22)).store
    derive(store, RULES)
    query = (RULES / "derive" / "5-label-last-resort.rq").read_text(encoding="utf-8")
    unnamed = {t.subject.value for t in store.query(query)} - named(store)
    assert unnamed == set()


def named(store: ox.Store) -> set[str]:
    """What has a name of its own."""
    properties = [expand(name) for name in ("skos:prefLabel", "dct:title", "rdfs:label", "foaf:name")]
    return {
        quad.subject.value
        for name in properties
        for quad in store.quads_for_pattern(None, ox.NamedNode(name), None, ox.DefaultGraph())
    }
