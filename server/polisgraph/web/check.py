"""The page to check a file at: Turtle goes in, findings with their lines come out. Keeps nothing of it."""

import json
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath

from flask import Blueprint, Response, current_app, render_template, request

from polisgraph import errors
from polisgraph.checking import Request, Verdict
from polisgraph.checking.desk import CheckingDesk
from polisgraph.errors import QueryError, TooLong
from polisgraph.namespaces import APART, DATA_GRAPHS
from polisgraph.web import headers
from polisgraph.web.language import N_, language
from polisgraph.web.site import site

blueprint = Blueprint("check", __name__)

FILE = 1024**2
"""Bytes of a file; a page's worth of statements has a twentieth of it."""
BODY = FILE + 64 * 1024
"""Bytes that a request to this page may have."""
EXTENSION = "polisgraph.checking"
"""Where the application keeps its desk."""

_TEXTS = ("text/turtle", "application/n-triples", "application/x-turtle")
_SHOWN = 240
_REFUSALS = {
    errors.TooMany: N_("Your last file is still being checked. Wait for its findings, then send the next one."),
    errors.Busy: N_("Too many files are waiting to be checked. Try again in a moment."),
    errors.TimeLimit: N_("The check took too long and was stopped. Check the file in parts."),
    errors.ResultTooLarge: N_("The check needs more memory than it may have. Check the file in parts."),
    errors.WorkerFailed: N_("The check broke off at this file. Check it in parts to find out where."),
    errors.TooLong: N_("The file is larger than 1 MB. Check it in parts; the command line takes files of any size."),
}
_EMPTY = N_("There is nothing to check: paste Turtle into the field, or choose a file.")


@dataclass
class Sheet:
    """What the page shows."""

    turtle: str = ""
    name: str = ""
    instead_of: str = ""
    verdict: Verdict | None = None
    error: str = ""

    def line(self, number: int) -> str:
        """Return a line of the text, cut short."""
        lines = self.turtle.split("\n")
        text = lines[number - 1].rstrip() if 0 < number <= len(lines) else ""
        return text if len(text) <= _SHOWN else text[:_SHOWN] + " …"

    def around(self, number: int) -> list[tuple[int, str]]:
        """Return the lines next to one, each with its number."""
        last = self.turtle.count("\n") + 1
        return [(each, self.line(each)) for each in range(max(1, number - 2), min(last, number + 2) + 1)]


def graphs() -> list[str]:
    """Return the names of the files whose place another one may take."""
    found = site().snapshot.graphs - APART
    return sorted(graph.removeprefix(DATA_GRAPHS) for graph in found if graph.startswith(DATA_GRAPHS))


@blueprint.route("/check")
def form() -> Response:
    """Offer the form."""
    name = headers.tag("check", language(), request.full_path)
    return headers.unchanged(name) or headers.tagged(_page(Sheet()), name)


@blueprint.route("/check", methods=["POST"])
def check() -> Response:
    """Check what was sent: a form is answered with the page, Turtle as it is with JSON."""
    if request.mimetype in _TEXTS:
        return _data(request.get_data())
    request.max_form_memory_size = BODY
    given, upload = request.form, request.files.get("file")
    sheet = Sheet(turtle=given.get("turtle", ""), instead_of=given.get("instead_of", ""))
    if upload and upload.filename:
        sheet.name = PurePosixPath(upload.filename.replace("\\", "/")).name[:100]
        sheet.turtle = upload.stream.read(FILE + 1).decode("utf-8", "replace")
        sheet.instead_of = sheet.instead_of or PurePosixPath(sheet.name).stem
    if sheet.instead_of not in graphs():
        sheet.instead_of = ""
    sheet.turtle = sheet.turtle.replace("\r\n", "\n")
    if not sheet.turtle.strip():
        sheet.error = _EMPTY
        return _page(sheet, 400)
    try:
        sheet.verdict = _verdict(sheet.turtle, sheet.instead_of)
    except QueryError as error:
        if type(error) not in _REFUSALS:
            raise
        sheet.error = _REFUSALS[type(error)]
        return _page(sheet, error.status)
    return _page(sheet)


def _data(body: bytes) -> Response:
    instead_of = request.args.get("instead_of", "")
    verdict = _verdict(body.decode("utf-8", "replace"), instead_of if instead_of in graphs() else "")
    said = asdict(verdict) | {"conforms": verdict.conforms, "left_out": verdict.left_out}
    response = Response(json.dumps(said, ensure_ascii=False, indent=1), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _verdict(turtle: str, instead_of: str) -> Verdict:
    if len(turtle.encode("utf-8", "replace")) > FILE:
        raise TooLong("The file is larger than 1 MB. Check it in parts, or use `polisgraph check`.", limit=FILE)
    desk: CheckingDesk = current_app.extensions[EXTENSION]
    return desk.check(Request(turtle, DATA_GRAPHS + instead_of if instead_of else ""))


def _page(sheet: Sheet, status: int = 200) -> Response:
    page = render_template("check.html", sheet=sheet, graphs=graphs())
    response = Response(page, status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store" if sheet.verdict or sheet.error else "no-cache"
    return response
