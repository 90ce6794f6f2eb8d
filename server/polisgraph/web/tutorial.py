"""The tutorial: ten steps from the first triple to who says what, each a query to run, kept in `tutorial/`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, render_template, request

from polisgraph.web import headers
from polisgraph.web.language import language

blueprint = Blueprint("tutorial", __name__)

_FOLDER = Path(__file__).parent / "tutorial"
_MARK = "#+"


@dataclass(frozen=True)
class Step:
    """A step: its texts by language, its query, and what the text says that comes out of it.

    There are at least `rows` rows; just as many if the text says how many, which is then `counted`. `shown` is what
    stands both in text and answer.
    """

    title: Mapping[str, str]
    text: Mapping[str, str]
    rows: int
    counted: Mapping[str, str]
    shown: Mapping[str, list[str]]
    body: str

    def query(self, code: str) -> str:
        """Return the query with labels in the language `code`; the files have those in English."""
        return self.body.replace('"en"', f'"{code}"')


@blueprint.route("/tutorial")
def tutorial() -> Response:
    """Show the steps, each with its query in a form."""
    name = headers.tag("tutorial", language(), request.full_path)
    page = Response(render_template("tutorial.html", steps=steps()), mimetype="text/html")
    return headers.unchanged(name) or headers.tagged(page, name)


@cache
def steps() -> tuple[Step, ...]:
    """Return the steps in their order, which is that of the files."""
    return tuple(_read(path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.rq")))


def _read(text: str) -> Step:
    import yaml

    lines = text.splitlines(keepends=True)
    head = [line.removeprefix(_MARK + " ") for line in lines if line.startswith(_MARK)]
    said: dict[str, Any] = yaml.safe_load("".join(head))
    body = "".join(line for line in lines if not line.startswith(_MARK))
    shown = {code: [str(each) for each in values] for code, values in said.get("shown", {}).items()}
    return Step(said["title"], said["text"], said["rows"], said.get("counted", {}), shown, body)
