"""What speaks for a candidate, in the reader's language: programs and lists write it in English. Judges nothing."""

from dataclasses import dataclass

from polisgraph.web import reasons
from polisgraph.web.language import N_, gettext, language

FEATURES = {
    "list": N_("List"), "source": N_("Source"), "tier": N_("Tier"), "open": N_("Open"), "instead": N_("Instead"),
    "official website": N_("Official website"), "Wikipedia article": N_("Wikipedia article"),
    "municipality key": N_("Municipality key"), "district key": N_("District key"),
    "GND identifier": N_("GND identifier"), "ISNI": "ISNI", "ROR identifier": N_("ROR identifier"),
}  # fmt: skip
"""What a reason begins with, beside what the matcher compares."""
SENTENCES = (
    N_("%(file)s gives it, unconfirmed"),
    N_("%(table)s, row %(number)s names %(item)s"),
    N_("%(table)s, row %(number)s may be %(name)s, %(thing)s"),
    N_("a list of the members of %(network)s gives it for %(name)s"),
    N_("%(item)s is linked today"),
    N_("the item is the municipality, %(item)s that of the city; the municipality is what is meant here"),
    N_("the same, %(name)s"),
    N_("against, Wikidata calls it %(name)s"),
    N_("fits, %(value)s"),
    N_("against, %(value)s"),
    N_("%(value)s, in Wikidata %(other)s, which %(names)s has too"),
    N_("%(value)s, in Wikidata %(other)s"),
    N_("%(value)s, which %(names)s has too"),
)
"""What may follow, the more special first; what the matcher says may, too."""


@dataclass(frozen=True)
class Said:
    """A reason as a page shows it, and its language if that is not the reader's."""

    text: str
    language: str = ""


def told(evidence: str) -> Said:
    """Return «feature: what was found» in the reader's language; what a person wrote stays in English."""
    if language() == "en":
        return Said(evidence)
    feature, colon, rest = evidence.partition(": ")
    name, bracket, key = feature.partition(" (")
    known = FEATURES.get(name) or reasons.FEATURES.get(name)
    found = reasons.translated(rest, (*SENTENCES, *reasons.SENTENCES), _is_name)
    # One word is a name or a key, which all languages share.
    if colon and known and (found or " " not in rest):
        return Said(f"{gettext(known)}{bracket}{key}: {found or rest}")
    return Said(evidence, "en")


def _is_name(value: str) -> bool:
    """Whether a value is no English prose, which would stand in the midst of a German sentence."""
    return not {"the", "a", "an", "is"} & set(value.split())
