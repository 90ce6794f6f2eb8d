"""The web site: the SPARQL endpoint, the reports, a page for everything there is. Only reads a snapshot."""

from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from polisgraph.checking.desk import CheckingDesk
from polisgraph.engine.cache import CachingEngine
from polisgraph.federation import federated
from polisgraph.web import (
    assets,
    changes,
    check,
    choosing,
    compare,
    compression,
    crawlers,
    dataset,
    editing,
    entities,
    errors,
    evidence,
    headers,
    language,
    link,
    links,
    lookups,
    ontology,
    pages,
    preview,
    quality,
    readable,
    reasons,
    reconcile,
    reports,
    review,
    search,
    sources,
    sparql,
    suggest,
    tutorial,
)
from polisgraph.web.admission import Admission
from polisgraph.web.desk import Desk
from polisgraph.web.places import Places
from polisgraph.web.portrait import ORIGINS
from polisgraph.web.profile import MEMBERS_SHOWN
from polisgraph.web.replay import Replay
from polisgraph.web.sending import Sending
from polisgraph.web.site import Site

if TYPE_CHECKING:
    from polisgraph.engine import Engine
    from polisgraph.settings import Settings
    from polisgraph.snapshot import Snapshot

__all__ = ["BODIES", "STREAMS", "create_app"]

_PARTS = (
    pages, crawlers, sparql, editing, tutorial, reports, entities, lookups, review, ontology, dataset, reconcile,
    suggest, preview, link, check, quality, sources, changes, search, compare, choosing,
)  # fmt: skip
BODIES = 8
"""Requests with a body that may come in at the same time."""
STREAMS = 32
"""Large answers that may go out at the same time."""


def create_app(settings: "Settings", snapshot: "Snapshot", engine: "Engine") -> Flask:
    """Return the application that serves `snapshot` with `engine`. The caller closes the engine."""
    app = Flask(__name__, static_folder=None)  # `pages` sends those files
    app.request_class = link.InMemory
    room = settings.cache_size // 2
    calls = bool(settings.service_endpoints)
    kept = CachingEngine(federated(engine, settings), room, settings.query_limit, calls)
    app.extensions["polisgraph"] = Site(settings, snapshot, kept)
    app.extensions["polisgraph.desk"] = Desk(engine, settings)
    app.extensions[check.EXTENSION] = CheckingDesk(settings, snapshot)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _equip(app, snapshot, settings.time_limit)
    compression.install(app)
    language.install(app)
    errors.install(app)
    headers.install(app)
    for part in _PARTS:
        app.register_blueprint(part.blueprint)
    _shield(app, settings, room)
    return app


def _shield(app: Flask, settings: "Settings", room: int) -> None:
    """Put before `app` what spares it work: the proxies' word, answers given before, large bodies, admission."""
    refuse = errors.refusal(app)
    share = settings.client_share
    # A form's percent-encoding may triple the query; the graphs it names need room too.
    longest = 3 * settings.query_limit + 16 * 1024
    admission = Admission(
        app.wsgi_app,
        Places(settings.workers + settings.queue, share),
        Places(BODIES, _part(share, 4, BODIES)),
        longest,
        refuse,
        {"/link": link.BODY, "/check": check.BODY},
    )
    replay = Replay(admission, room)
    app.extensions["polisgraph.replay"] = replay
    sending = Sending(replay, Places(STREAMS, _part(share, 2, STREAMS)), refuse)
    hops = settings.proxies
    # Headers of that name are anybody's unless a proxy of ours writes them.
    around = ProxyFix(sending, x_for=hops, x_proto=hops, x_host=hops, x_prefix=hops) if hops else sending
    app.wsgi_app = around  # type: ignore[method-assign]  # as Flask's documentation says to wrap it


def _part(share: int, by: int, total: int) -> int:
    """Return how many of `total` places one client may have: of its `share` one in `by`."""
    return max(1, min(share // by, total))


def _equip(app: Flask, snapshot: "Snapshot", time_limit: float) -> None:
    """Give the templates what they link, name and translate with."""
    environment = app.jinja_env
    environment.filters["href"] = links.href
    environment.filters["page_of"] = links.page_of
    environment.filters["term_page"] = links.term_page
    environment.filters["short"] = links.short
    environment.filters["day"] = readable.day
    environment.filters["moment"] = readable.moment
    environment.filters["number"] = readable.number
    environment.filters["size"] = readable.size
    environment.filters["tongue"] = readable.tongue
    environment.filters["plain"] = links.plain
    environment.filters["slug"] = links.slug
    environment.filters["evidence"] = evidence.told
    environment.tests["local"] = links.is_local
    environment.globals |= {
        "own": links.own,
        "canonical": links.canonical,
        "asset": assets.address,
        "vendor_assets": assets.vendor,
        "has_editor": assets.editor,
        "time_limit": time_limit,
        "has_pictures": assets.pictures,
        "in_language": links.in_language,
        "language": language.language,
        "languages": language.LANGUAGES,
        "feature_name": reasons.feature,
        "reason": reasons.reason,
        "origins": ORIGINS,
        "members_shown": MEMBERS_SHOWN,
        "snapshot_id": snapshot.id,
        "snapshot_day": snapshot.manifest.get("today", ""),
    }
