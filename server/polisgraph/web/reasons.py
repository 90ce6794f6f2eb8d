"""The matcher's reasons in the reader's language: its sentences are English, and known here with places for values."""

import re
from collections.abc import Callable, Iterable
from functools import cache

from polisgraph.web.language import N_, gettext

SENTENCES = (
    N_("nothing here has this name or key"),
    N_("nothing to go by"),
    N_("no key of the record is known here"),
    N_("the name agrees, but %(km)s km away"),
    N_("the name is %(percent)s %% alike, %(km)s km away, and nothing else fits"),
    N_("no name agrees; «%(name)s» is %(percent)s %% alike"),
    N_("the only one of this name"),
    N_("only a part of the name agrees"),
    N_("name and country agree, and no other place there has this name"),
    N_("the name agrees, and the position does"),
    N_("the name agrees, and it belongs to the network"),
    N_("a name alone is not enough; give a country, a key, coordinates or a network"),
    N_("its keys lead to different things: %(names)s"),
    N_("the key agrees, but the name does not: «%(name)s»"),
    N_("the key agrees, but %(against)s"),
    N_("a key that only it has agrees, and nothing speaks against it"),
    N_("chosen by a person"),
    N_("row has neither a name nor a key"),
    N_("row is empty"),
    N_("row has %(cells)s cells, the header %(titles)s; is a delimiter or quote missing?"),
    N_("«%(name)s» is no country that is known"),
    N_("is %(percent)s %% like «%(name)s»"),
    N_("is a further name, «%(name)s»"),
    N_("is «%(name)s»"),
    N_("agrees but for an addition that it lacks with «%(name)s»"),
    N_("agrees without the addition in «%(name)s»"),
    N_("has another addition than «%(name)s»"),
    N_("another than in «%(name)s»"),
    N_("«%(name)s» but for the marks of letters"),
    N_("the graph speaks of it"),
    N_("%(many)s more could be meant: %(names)s"),
    N_("%(many)s more of that name"),
    N_("%(item)s was suggested for it, unconfirmed"),
    N_("is %(own)s, not %(given)s"),
    N_("is %(own)s"),
    N_("%(own)s, not %(given)s"),
)
"""All that it says, the more special first."""
FEATURES = {
    "name": N_("Name"), "addition": N_("Addition"), "spelling": N_("Spelling"), "country": N_("Country"),
    "kind": N_("Kind"), "distance": N_("Distance"), "network": N_("Network"), "known": N_("Known"),
    "rivals": N_("Namesakes"),
}  # fmt: skip
KINDS = {
    "municipality": N_("municipality or city"), "above": N_("county or region"), "authority": N_("city or region"),
    "network": N_("city network"), "body": N_("body of a network"), "organization": N_("other organisation"),
}  # fmt: skip


def reason(text: str) -> str:
    """Return a sentence of the matcher in the reader's language; one that is not known stays as it is."""
    if known := translated(text, SENTENCES):
        return known
    name, colon, rest = text.partition(": ")
    if colon and name in FEATURES:
        return f"{gettext(FEATURES[name])}: {reason(rest)}"
    return _shown(text)


def translated(text: str, sentences: Iterable[str], is_value: Callable[[str], bool] = bool) -> str:
    """Return `text` in the reader's language if it is one of `sentences` with values in it, else nothing."""
    for sentence in sentences:
        found = _pattern(sentence).fullmatch(text)
        if found and all(map(is_value, found.groups())):
            values = {name: reason(value) if name == "against" else _shown(value) for name, value in _said(found)}
            return gettext(sentence) % values
    return ""


def feature(name: str) -> str:
    """Return what a feature is called; the registers of keys have the same names everywhere."""
    return gettext(FEATURES[name]) if name in FEATURES else name


def _said(found: re.Match[str]) -> Iterable[tuple[str, str]]:
    return found.groupdict().items()


def _shown(value: str) -> str:
    return gettext(KINDS[value]) if value in KINDS else value


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)s", sentence.replace("%%", "%"))
    return re.compile(
        "".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)), re.DOTALL
    )
