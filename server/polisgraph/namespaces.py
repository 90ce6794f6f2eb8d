"""The names: one base IRI, the prefixes, and the graphs. Builds no data and reads no file."""

BASE = "https://w3id.org/polisgraph/"

PG = BASE + "ontology/"
PGSH = BASE + "shapes/"

DATASET = BASE + "dataset"
"""The IRI of the dataset as a whole (dcat:Dataset, void:Dataset)."""

_OWN_KINDS = {
    "mun": "municipality",
    "authority": "authority",
    "county": "county",
    "territory": "territory",
    "net": "network",
    "body": "body",
    "unit": "unit",
    "organization": "organization",
    "person": "person",
    "post": "post",
    "contact": "contact",
    "ten": "tenure",
    "partnership": "partnership",
    "claim": "claim",
    "commitment": "commitment",
    "point": "action-point",
    "event": "event",
    "src": "source",
    "role": "role",
    "theme": "theme",
    "kind": "network-kind",
    "measure": "measure",
    "qualifier": "qualifier",
    "basis": "date-basis",
    "area": "area",
    "status": "status",
    "indicator": "indicator",
    "place": "place",
    "tier": "link-tier",
    "link": "link",
    "linkstatus": "link-status",
}

PREFIXES: dict[str, str] = {
    "pg": str(PG),
    "pgsh": str(PGSH),
    **{prefix: f"{BASE}id/{kind}/" for prefix, kind in _OWN_KINDS.items()},
    "graph": BASE + "graph/",
    "country": "http://publications.europa.eu/resource/authority/country/",
    "nuts": "http://data.europa.eu/nuts/code/",
    "wd": "http://www.wikidata.org/entity/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "org": "http://www.w3.org/ns/org#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "cv": "http://data.europa.eu/m8g/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "http://schema.org/",
    "sssom": "https://w3id.org/sssom/",
    "wgs84": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "sh": "http://www.w3.org/ns/shacl#",
    "void": "http://rdfs.org/ns/void#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "vann": "http://purl.org/vocab/vann/",
}
"""Prefix to namespace, for authored files, serialised answers and the query forms."""

GRAPHS = BASE + "graph/"
DATA_GRAPHS = GRAPHS + "data/"
ONTOLOGY_GRAPHS = GRAPHS + "ontology/"
SHAPES_GRAPH = ONTOLOGY_GRAPHS + "shapes"
DERIVED_GRAPH = GRAPHS + "derived"
INFERRED_GRAPH = GRAPHS + "inferred"
DESCRIPTION_GRAPH = GRAPHS + "description"
CATALOGUE_GRAPH = GRAPHS + "catalogue"
REPORT_GRAPH = GRAPHS + "validation"
GAZETTEER_GRAPH = DATA_GRAPHS + "gazetteer"
APART = frozenset({SHAPES_GRAPH, REPORT_GRAPH, GAZETTEER_GRAPH})
"""Graphs that stay out of the default graph: rules about the data, findings about it, places to link it to."""

UNION_GRAPH = GRAPHS + "union"
"""Where a snapshot's default graph stands at a SPARQL endpoint to which it was published."""
PUBLICATION_GRAPH = GRAPHS + "publication"
"""What a SPARQL endpoint holds about the snapshot that was published there."""
STAGING_GRAPHS = GRAPHS + "staging/"
"""Where a SPARQL endpoint keeps what is being published and not in service yet."""
EMPTY_GRAPH = GRAPHS + "empty"
"""A graph that nothing is ever in: names an empty default graph where the protocol has no word for it."""

SPARQL_PREFIXES = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())


def shorten(iri: str) -> str:
    """Return `iri` as a prefixed name if one of `PREFIXES` covers it, otherwise as `<iri>`."""
    best = max((p for p, ns in PREFIXES.items() if iri.startswith(ns)), key=lambda p: len(PREFIXES[p]), default="")
    local = iri[len(PREFIXES[best]) :] if best else ""
    plain = local.replace("-", "").replace("_", "").isalnum()
    return f"{best}:{local}" if best and plain else f"<{iri}>"


def expand(name: str) -> str:
    """Return the IRI that `name` (`net:eccar`, `<https://…>` or an IRI) stands for; raise KeyError if none."""
    if name.startswith("<") and name.endswith(">"):
        return name[1:-1]
    prefix, colon, local = name.partition(":")
    if colon and prefix in PREFIXES and not local.startswith("//"):
        return PREFIXES[prefix] + local
    if colon and local.startswith("//"):
        return name
    raise KeyError(name)
