"""The reader's language, and the words of the pages in it: English in templates, German in locale/de.po."""

from collections.abc import Mapping
from pathlib import Path

from flask import Flask, Response, current_app, g, request
from werkzeug.datastructures import LanguageAccept

LANGUAGES = {"de": "Deutsch", "en": "English"}
"""The languages of the pages, each with its own name for itself."""

COOKIE = "lang"
_YEAR = 365 * 24 * 3600
_CATALOGUE = Path(__file__).parent / "locale" / "de.po"


def choose(asked: str | None, remembered: str | None, accepted: LanguageAccept) -> str:
    """Return the language for a reader: asked for in the address, remembered, or accepted by the browser.

    Who accepts neither German nor English gets English; who says nothing at all gets German, the language of
    the sources and of downloads.
    """
    for code in (asked, remembered):
        if code in LANGUAGES:
            return code
    for code, quality in accepted:  # the best first (RFC 9110, section 12.5.4)
        primary = code.partition("-")[0].lower()
        if quality > 0 and primary in (*LANGUAGES, "*"):
            return primary if primary in LANGUAGES else "de"
    return "en" if accepted else "de"


def language() -> str:
    """Return the language of the reader of this request."""
    if "language" not in g:
        remembered = request.cookies.get(COOKIE)
        g.language = choose(request.args.get("lang"), remembered, request.accept_languages)
    return str(g.language)


def remember(response: Response) -> Response:
    """Set the cookie if the reader chose a language in the address of a page, not of a part of somebody else's."""
    if response.mimetype == "text/html" and not g.get("framed"):
        asked = request.args.get("lang")
        if asked in LANGUAGES:
            path = request.script_root or "/"
            response.set_cookie(COOKIE, asked, max_age=_YEAR, path=path, httponly=True, samesite="Lax")
    return response


def gettext(message: str) -> str:
    """Return `message` (English) in the reader's language."""
    if language() == "en":
        return message
    texts: Mapping[str, str] = current_app.extensions["polisgraph.texts"]
    return texts.get(message, message)


def N_(message: str) -> str:
    """Mark `message` as one to translate when it is shown."""
    return message


def read_catalogue() -> dict[str, str]:
    """Read the German texts by their English ones; fuzzy and empty ones are left out."""
    # Imported here, as start-up is the only moment that needs it.
    from babel.messages.pofile import read_po

    with _CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="de")
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.id and message.string and not message.fuzzy
    }


def install(app: Flask) -> None:
    """Give the templates of `app` their words."""
    app.extensions["polisgraph.texts"] = read_catalogue()
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # The extension adds this method to the environment; its types do not say so.
    app.jinja_env.install_gettext_callables(gettext, _plural, newstyle=True)  # type: ignore[attr-defined]
    app.after_request(remember)


def _plural(one: str, many: str, number: int) -> str:
    return gettext(one if number == 1 else many)
