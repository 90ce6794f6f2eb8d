"""The web site: the SPARQL endpoint, the reports, a page for everything there is. Only reads a snapshot."""

from typing import TYPE_CHECKING

from flask import Flask

from polisgraph.web import (
    dataset,
    entities,
    errors,
    headers,
    language,
    links,
    ontology,
    pages,
    reports,
    sparql,
)
from polisgraph.web.portrait import ORIGINS
from polisgraph.web.site import Site

if TYPE_CHECKING:
    from polisgraph.engine import Engine
    from polisgraph.settings import Settings
    from polisgraph.snapshot import Snapshot

__all__ = ["create_app"]


def create_app(settings: "Settings", snapshot: "Snapshot", engine: "Engine") -> Flask:
    """Return the application that serves `snapshot` with `engine`. The caller closes the engine."""
    app = Flask(__name__)
    app.extensions["polisgraph"] = Site(settings, snapshot, engine)
    # A form's percent-encoding may triple the query; the graphs it names need room too.
    app.config["MAX_CONTENT_LENGTH"] = 3 * settings.query_limit + 16 * 1024
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _equip(app, snapshot.id)
    language.install(app)
    errors.install(app)
    headers.install(app)
    for part in (pages, sparql, reports, entities, ontology, dataset):
        app.register_blueprint(part.blueprint)
    return app


def _equip(app: Flask, snapshot_id: str) -> None:
    """Give the templates what they link, name and translate with."""
    environment = app.jinja_env
    environment.filters["href"] = links.href
    environment.filters["page_of"] = links.page_of
    environment.filters["term_page"] = links.term_page
    environment.filters["short"] = links.short
    environment.filters["plain"] = links.plain
    environment.tests["local"] = links.is_local
    environment.globals |= {
        "own": links.own,
        "in_language": links.in_language,
        "language": language.language,
        "languages": language.LANGUAGES,
        "origins": ORIGINS,
        "snapshot_id": snapshot_id,
    }
