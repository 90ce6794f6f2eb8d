"""Labelled cases for linking: names of the gazetteer, degraded as lists degrade them, each with the place it came from.

Seeded, so that every run has the same cases. A case is kept as it comes, also where a typing error happens to give the
name of another place: that happens in lists too.
"""

import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from polisgraph.countries import name_of
from polisgraph.linking import Record, Target

_KEYS = {
    "q": "wa", "w": "qe", "e": "wr", "r": "et", "t": "rz", "z": "tu", "u": "zi", "i": "uo", "o": "ip", "a": "sq",
    "s": "ad", "d": "sf", "f": "dg", "g": "fh", "h": "gj", "j": "hk", "k": "jl", "l": "kö", "n": "bm", "m": "n",
    "b": "vn", "c": "xv", "v": "cb",
}  # fmt: skip
"""The keys beside a key."""
_TITLES = {
    "DE": ("Stadt {}", "Gemeinde {}", "{}, Stadt", "Stadtverwaltung {}"),
    "IT": ("Comune di {}", "Città di {}"),
    "FR": ("Ville de {}", "Commune de {}"),
    "ES": ("Ayuntamiento de {}", "Municipio de {}"),
    "NL": ("Gemeente {}", "Stad {}"),
    "BE": ("Gemeente {}", "Ville de {}"),
    "PL": ("Miasto {}", "Gmina {}"),
    "PT": ("Câmara Municipal de {}", "Município de {}"),
    "SE": ("{} kommun",),
    "DK": ("{} Kommune",),
    "NO": ("{} kommune",),
}
_ANY_TITLES = ("City of {}", "Municipality of {}")


@dataclass(frozen=True)
class Case:
    """A record and the IRI of what it means; nothing if it means nothing that is known. `way` is how it was made."""

    way: str
    record: Record
    expected: str


def cases(targets: Sequence[Target], number: int, seed: int = 7) -> Iterator[Case]:
    """Yield `number` cases of each way, from places chosen by chance, with the country unless the way is about it."""
    places = sorted((target for target in targets if target.entry), key=lambda target: target.iri)
    abroad = [target for target in places if target.others]
    for way, change in _WAYS.items():
        chance = random.Random(f"{seed} {way}")
        made = 0
        while made < number:
            target = chance.choice(abroad if way == "foreign name" else places)
            record = change(target, chance)
            if record is not None:
                made += 1
                yield Case(way, record, target.iri)


def _name(target: Target) -> str:
    return target.labels.get("") or target.label("de")


def _country(target: Target, chance: random.Random) -> str:
    return chance.choice([target.country, name_of(target.country, chance.choice(["de", "en", "fr"]))])


def _as_it_is(target: Target, chance: random.Random) -> Record:
    return Record(_name(target), _country(target, chance))


def _typed(target: Target, chance: random.Random) -> Record | None:
    """One typing error: a letter left out, doubled, exchanged with the next, or its neighbour on the keyboard."""
    name = _name(target)
    spots = [at for at in range(1, len(name) - 1) if name[at].isalpha() and name[at + 1].isalpha()]
    if len(name) < 5 or not spots:
        return None
    at = chance.choice(spots)
    letter = name[at].lower()
    changed = chance.choice(
        [
            name[:at] + name[at + 1 :],
            name[:at] + letter + name[at:],
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
            name[:at] + chance.choice(_KEYS.get(letter, "x")) + name[at + 1 :],
        ]
    )
    return Record(changed, _country(target, chance)) if changed != name else None


def _without_marks(target: Target, chance: random.Random) -> Record | None:
    name = _name(target)
    spelled = name.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    bare = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)).replace("ß", "ss")
    changed = chance.choice([spelled, bare])
    return Record(changed, _country(target, chance)) if changed != name else None


def _upper(target: Target, chance: random.Random) -> Record:
    return Record(_name(target).upper(), _country(target, chance))


def _titled(target: Target, chance: random.Random) -> Record:
    title = chance.choice([*_TITLES.get(target.country, ()), *_ANY_TITLES])
    return Record(title.format(_name(target)), _country(target, chance))


def _abroad(target: Target, chance: random.Random) -> Record:
    return Record(chance.choice(target.others), _country(target, chance))


def _shortened(target: Target, chance: random.Random) -> Record | None:
    """Without what stands in brackets, or after a slash."""
    name = _name(target)
    short = name.partition(" (")[0].partition("/")[0].strip()
    return Record(short, _country(target, chance)) if short != name else None


def _other_country(target: Target, chance: random.Random) -> Record:
    return Record(
        _name(target), chance.choice([c for c in ("AT", "CH", "PL", "FR", "IT", "ES") if c != target.country])
    )


def _no_country(target: Target, chance: random.Random) -> Record:
    return Record(_name(target))


def _placed(target: Target, chance: random.Random) -> Record | None:
    """With a typing error, and coordinates some kilometres off."""
    typed = _typed(target, chance)
    if typed is None or target.latitude is None or target.longitude is None:
        return None
    off = (chance.uniform(-0.03, 0.03), chance.uniform(-0.03, 0.03))
    return Record(typed.name, typed.country, latitude=target.latitude + off[0], longitude=target.longitude + off[1])


def _keyed(target: Target, chance: random.Random) -> Record:
    scheme = chance.choice([scheme for scheme in ("ags", "geonames", "qid") if scheme in target.keys])
    return Record(_name(target), keys={scheme: target.keys[scheme]})


_WAYS: dict[str, Callable[[Target, random.Random], Record | None]] = {
    "as it is": _as_it_is,
    "upper case": _upper,
    "without marks": _without_marks,
    "title": _titled,
    "foreign name": _abroad,
    "typing error": _typed,
    "typing error, placed": _placed,
    "without addition": _shortened,
    "with a key": _keyed,
    "other country": _other_country,
    "no country": _no_country,
}
WITH_COUNTRY = [way for way in _WAYS if way not in ("other country", "no country", "with a key", "without addition")]
"""The ways in which the country is given and right, and the name is still one that tells."""
