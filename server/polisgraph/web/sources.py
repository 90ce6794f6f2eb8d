"""The sources: what each states, how much of it, under which terms, and the files that hold it. Reads no source."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import Blueprint, Response, render_template, request

from polisgraph.namespaces import DATA_GRAPHS, PG
from polisgraph.web import headers
from polisgraph.web.language import N_, language
from polisgraph.web.paging import page_number, require_rows
from polisgraph.web.rows import Row, Table, Term
from polisgraph.web.site import site

blueprint = Blueprint("sources", __name__)

_HEADINGS = {
    PG + "WebPage": N_("Pages"),
    PG + "SourceDocument": N_("Lists of members"),
    PG + "ReferenceDataset": N_("Data sets"),
    PG + "PressReport": N_("Press reports"),
    PG + "OfficialPage": N_("Official pages"),
    PG + "EncyclopaediaArticle": N_("Articles of encyclopaedias"),
}
"""What sources of a class are called together, in the order of the page; those of sources.rq."""
_LISTED = 100
"""Sources on one page."""
_CLASSES = 4
"""Classes of things that the page names of each source."""


@dataclass
class Source:
    """A document or data set, with what the files say out of it; `said` is what is known of it itself."""

    row: Row
    said: Row = field(default_factory=dict)
    licences: list[str] = field(default_factory=list)
    rights: list[Term] = field(default_factory=list)
    about: list[Row] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    statements: int = 0

    @property
    def anchor(self) -> str:
        """The name of its place on the page."""
        return self.row["entity"].value.rpartition("/")[2]


@dataclass
class File:
    """A file of the data, which is a named graph. Without licences it is free of rights."""

    name: str
    triples: int
    title: str
    licences: list[str] = field(default_factory=list)
    rights: list[Term] = field(default_factory=list)


@blueprint.route("/sources")
def sources() -> Response:
    """List the documents and data sets that the statements come from, and the files that hold them."""
    tag = headers.tag("page", request.full_path, language())
    if known := headers.unchanged(tag):
        return known
    number = page_number()
    every: dict[str, Row] = {}
    for row in site().ask("sources", lang=language()):
        every.setdefault(row["entity"].value, row)
    table = Table(rows=tuple(every.values())).part((number - 1) * _LISTED, _LISTED)
    require_rows(table, number)
    kinds: dict[str, list[Source]] = {kind: [] for kind in _HEADINGS}
    for source in _sources(table):
        kinds[source.row["kind"].value].append(source)
    page = render_template(
        "sources.html",
        kinds=kinds,
        headings=_HEADINGS,
        counts=Counter(row["kind"].value for row in every.values()),
        table=table,
        page=number,
        rows_a_page=_LISTED,
        files=_files(),
        most=_CLASSES,
    )
    return headers.tagged(Response(page, mimetype="text/html"), tag)


def _sources(listed: Table) -> Iterable[Source]:
    found = {row["entity"].value: Source(row) for row in listed}
    asked = tuple(found)
    for row in site().ask("source-terms", source=asked, lang=language()):
        source = found[row["source"].value]
        source.said = source.said or row
        _note_terms(source, row)
    for row in site().ask("source-statements", source=asked):
        source = found[row["source"].value]
        source.statements += int(row["statements"].value)
        source.files.append(row["graph"].value.removeprefix(DATA_GRAPHS))
    for row in site().ask("source-things", source=asked, lang=language()):
        found[row["source"].value].about.append(row)
    return found.values()


def _files() -> Iterable[File]:
    found: dict[str, File] = {}
    for row in site().ask("files", lang=language()):
        name = row["graph"].value.removeprefix(DATA_GRAPHS)
        title = row["title"].value if "title" in row else ""
        _note_terms(found.setdefault(name, File(name, int(row["triples"].value), title)), row)
    return found.values()


def _note_terms(of: Source | File, row: Row) -> None:
    if "licence" in row and row["licence"].value not in of.licences:
        of.licences.append(row["licence"].value)
    if "rights" in row and row["rights"] not in of.rights and row["rights"].language in ("", "en", language()):
        own = [each for each in (*of.rights, row["rights"]) if each.language == language()]
        of.rights = own or [row["rights"]]
