"""Which page of a long table a reader asks for. Reads the address alone."""

from flask import request

from polisgraph.errors import BadParameter, NotFound
from polisgraph.web.language import N_
from polisgraph.web.rows import Table

_DIGITS = 6
"""Digits that the number of a page may have."""


def page_number() -> int:
    """Return the parameter `page` of the address, 1 without one; raise BadParameter if it is no number of a page."""
    asked = request.args.get("page") or "1"
    if not (asked.isascii() and asked.isdigit() and len(asked) <= _DIGITS and int(asked)):
        raise BadParameter(f"page: {asked[:60]!r} is no page", parameter="page", accepted=N_("a whole number from 1"))
    return int(asked)


def require_rows(table: Table, page: int) -> None:
    """Raise NotFound if `table`, a page of a longer one, lies behind the last row; the first page may be empty."""
    if page > 1 and not table.rows:
        raise NotFound(f"there is no page {page}; all {len(table)} rows fit on the pages before")
