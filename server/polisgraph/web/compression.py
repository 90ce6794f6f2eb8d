"""Sends answers smaller to clients that say they can unpack them. Makes no content."""

from flask import Flask
from flask_compress import Compress

from polisgraph.results import GRAPH_TYPES, RESULT_TYPES

ENCODINGS = ("zstd", "br", "gzip")
"""Content codings on offer (RFC 9110, section 8.4.1), the one with the least work first."""
_OTHERS = ("text/html", "text/css", "text/plain", "application/json", "application/problem+json", "image/svg+xml")


def install(app: Flask) -> None:
    """Compress the texts that `app` answers with. A packed answer has a strong entity tag of its own."""
    app.config |= {
        "COMPRESS_ALGORITHM": list(ENCODINGS),
        "COMPRESS_MIMETYPES": [*RESULT_TYPES, *GRAPH_TYPES, *_OTHERS],
        # Level 6, the default, takes three times as long for a twentieth less.
        "COMPRESS_LEVEL": 4,
        "COMPRESS_STREAMS": False,
        "COMPRESS_EVALUATE_CONDITIONAL_REQUEST": False,
    }
    Compress(app)


def variants(tag: str) -> tuple[str, ...]:
    """Return the entity tags that an answer tagged `tag` may have gone out with."""
    return (tag, *(f"{tag}:{encoding}" for encoding in ENCODINGS))
