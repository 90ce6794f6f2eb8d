"""Describes the reports as RDF, and lists them for README.md. Reads no file and runs no query.

The RDF follows the convention of the SIB Swiss Institute of Bioinformatics for example queries, which its
SPARQL editor and others read from an endpoint: `sh:SPARQLExecutable` with `sh:select` (SHACL, section 5).
"""

from collections.abc import Iterable, Mapping

from rdflib import RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef

from polisgraph.namespaces import BASE, PREFIXES
from polisgraph.reports.model import Parameter, Report

REPORTS = BASE + "reports/"
PREFIX_TABLE = URIRef(BASE + "prefixes")

_SH = Namespace(PREFIXES["sh"])
_SCHEMA = Namespace(PREFIXES["schema"])


def catalogue_triples(reports: Mapping[str, Report], endpoint_iri: str) -> Graph:
    """Return the description of `reports` and of all prefixes, every node with an IRI."""
    graph = Graph()
    for prefix, namespace in PREFIXES.items():
        declaration = URIRef(f"{PREFIX_TABLE}/{prefix}")
        graph.add((PREFIX_TABLE, _SH.declare, declaration))
        graph.add((declaration, RDF.type, _SH.PrefixDeclaration))
        graph.add((declaration, _SH.prefix, Literal(prefix)))
        graph.add((declaration, _SH.namespace, Literal(namespace, datatype=XSD.anyURI)))
    for report in reports.values():
        _describe(graph, report, URIRef(endpoint_iri))
    return graph


def _describe(graph: Graph, report: Report, endpoint: URIRef) -> None:
    node = URIRef(REPORTS + report.name)
    graph.add((node, RDF.type, _SH.SPARQLExecutable))
    graph.add((node, RDF.type, _SH.SPARQLSelectExecutable))
    graph.add((node, _SH.prefixes, PREFIX_TABLE))
    graph.add((node, _SH.select, Literal(report.text)))
    graph.add((node, _SCHEMA.target, endpoint))
    for language, title in report.title.items():
        graph.add((node, RDFS.label, Literal(title, lang=language)))
    for language, description in report.description.items():
        graph.add((node, RDFS.comment, Literal(description, lang=language)))
    for tag in report.tags:
        graph.add((node, _SCHEMA.keywords, Literal(tag)))


def catalogue_list(reports: Mapping[str, Report]) -> str:
    """Return the table of all reports for README.md, in Markdown, beginning with its heading."""
    head = "## The reports\n\n`?` marks what may be left out.\n\n"
    head += "| report | parameters | rows |\n| --- | --- | --- |\n"
    return head + "".join(
        f"| [{report.name}]({report.name}.rq) | {_names(report.parameters)} | {report.description['en']} |\n"
        for report in reports.values()
    )


def _names(parameters: Iterable[Parameter]) -> str:
    return ", ".join(p.name + "?" * p.optional for p in parameters if p.name != "lang")
