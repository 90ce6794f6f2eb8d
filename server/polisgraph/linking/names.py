"""Takes names of places and organisations apart, so that two spellings of one name meet. Knows no place."""

import re
import unicodedata
from dataclasses import dataclass

from polisgraph.folding import folded, without_marks

_PARTS = re.compile(r"\s*[(,/;]\s*|\)\s*")
_WORDS = re.compile(r"[a-z0-9]+")
_MARKED = re.compile("[äöüß]")

# Words for what a place is, as folded names have them.
_MUNICIPAL = (
    "stadtverwaltung", "gemeindeverwaltung", "magistrat der stadt", "rat der stadt", "varos onkormanyzata",
    "onkormanyzata", "megyei jogu varos onkormanyzata", "megyei jogu varos", "freie und hansestadt", "hansestadt",
    "landeshauptstadt", "bundeshauptstadt", "bundesstadt", "kreisfreie stadt", "kreisstadt", "grosse kreisstadt",
    "universitaetsstadt", "universitatsstadt", "stadtgemeinde", "ortsgemeinde", "marktgemeinde", "gemeinde", "stadt",
    "markt", "flecken", "stad", "gemeente", "kommune", "kommun", "ville", "commune", "mairie", "municipalite",
    "municipality", "municipal council", "city council", "town council", "metropolitan city", "city and county",
    "city", "town", "comune", "citta", "ayuntamiento", "ajuntament", "concello", "municipio", "municipi",
    "municipiul", "orasul", "primaria", "uat", "camara municipal", "gmina", "miasto", "mesto", "mestska cast",
    "mestna obcina", "obec", "statutarni mesto", "hlavni mesto", "grad", "opcina", "obcina", "opstina", "obshtina",
    "dimos", "dhimos", "mahallesi", "belediyesi", "koming", "savivaldybe", "novads", "vald", "linn",
)  # fmt: skip
_ABOVE = (
    "region", "regionalverband", "regionalverbund", "landkreis", "kreis", "lk", "staedteregion", "stadteregion",
    "county", "provincia", "province", "provincie", "provinz", "departement", "department", "metropole",
    "metropolregion", "metropolitan region", "metropolitan area", "samtgemeinde", "verbandsgemeinde",
    "verwaltungsgemeinschaft", "freie hansestadt", "land", "freistaat", "bundesland", "kanton", "canton", "bezirk",
    "district", "regierungsbezirk", "communaute urbaine", "communaute de communes", "communaute d agglomeration",
    "capital region", "agglomeration", "unione dei comuni", "unione comuni", "unione", "comunita montana",
    "mancomunidad", "diputacion", "diputacio", "comarca", "consell comarcal", "oblast", "raion", "rayon", "powiat",
    "voivodeship", "wojewodztwo", "comunidad", "area metropolitana", "citta metropolitana", "county council",
    "prefecture", "regione", "hoofdstedelijk gewest",
)  # fmt: skip
_OF = r"(?: (?:of|de|di|da|do|del|della|du|der|von|the|af|la|le|d|l))*"
_AFFIXES = {
    kind: (
        re.compile(rf"^(?:the )?(?:{'|'.join(sorted(words, key=len, reverse=True))}){_OF} (?=\S)"),
        re.compile(rf"(?<=\S)s? (?:{'|'.join(sorted(words, key=len, reverse=True))})$"),
    )
    for kind, words in (("above", _ABOVE), ("municipality", _MUNICIPAL))
}

_LINKING = {
    "am", "an", "auf", "bei", "im", "in", "ob", "unter", "vor", "der", "die", "das", "dem", "den", "des", "a", "d",
    "i", "b", "v", "o", "u", "und", "and", "of", "the", "upon", "on", "by", "under", "de", "del", "della", "dell",
    "delle", "di", "da", "do", "dos", "du", "la", "le", "les", "el", "los", "las", "sur", "sous", "en", "et", "y",
    "e", "nad", "pod", "w", "aan", "op", "ved", "na", "pri", "nell", "nel", "dei", "l",
}  # fmt: skip
"""Words between the words of a name that come and go from list to list: «Halle a. d. Saale», «Halle (Saale)»."""
_QUALIFYING = re.compile(
    r" (?:am|an der|an dem|an den|a d|a|im|in der|in|i d|i|bei|b|ob der|unter|vor der|v d|auf|upon|on|sur|aan den"
    r"|aan de|nad|pod|ved|pri) "
)
_SHORT = {"st": "sankt", "ste": "sainte", "sta": "santa", "hl": "heilig", "gr": "gross", "kl": "klein", "ndr": "nieder"}


@dataclass(frozen=True)
class Name:
    """A name taken apart.

    `whole` are the keys of the name as it is written, `plain` without words such as «Stadt» or «City of», `head`
    without what tells it from others of its name («am Main», «(Saale)») either; with umlauts it has more than one.
    `addition` are the words left out in `head`. `kind` is "municipality" or "above" if a word in the name says so.
    """

    whole: tuple[str, ...]
    plain: tuple[str, ...]
    head: tuple[str, ...]
    addition: tuple[str, ...]
    kind: str
    bare: frozenset[str] = frozenset()
    """Those of the keys that need the marks of letters left out: «munster» for Münster."""

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys, the most exact first."""
        return tuple(dict.fromkeys((*self.whole, *self.plain, *self.head)))


def key_of(text: str) -> str:
    """Return the one key of a name that stands as it is, such as a further name of a place."""
    return "".join(word for word in _WORDS.findall(folded(text)) if word not in _LINKING) or squeezed(text)


def squeezed(text: str) -> str:
    """Return the letters and digits of a name, folded."""
    return "".join(_WORDS.findall(folded(text)))


def read(text: str) -> Name:
    """Take a name apart."""
    # Blanks are put together, for the patterns would go through a run of them again and again.
    lower = " ".join(unicodedata.normalize("NFC", text).casefold().replace("’", "'").split())
    spellings = [folded(lower)]
    if _MARKED.search(lower):
        spellings.append(without_marks(lower.replace("ß", "ss")))
    if lower.isalpha():  # one word, as most names are
        keys = tuple(dict.fromkeys(filter(None, spellings)))
        return Name(keys, keys, keys, (), "", frozenset(keys[1:]))
    found = [_read(spelling) for spelling in spellings]
    return Name(
        tuple(dict.fromkeys(name[0] for name in found)),
        tuple(dict.fromkeys(name[1] for name in found)),
        tuple(dict.fromkeys(name[2] for name in found)),
        found[0][3],
        found[0][4],
        frozenset(key for name in found[1:] for key in name[:3]) - {*found[0][:3]},
    )


def _read(text: str) -> tuple[str, str, str, tuple[str, ...], str]:
    parts = [words for part in _PARTS.split(text) if (words := _words(part))]
    if not parts:
        return "", "", "", (), ""
    whole = " ".join(parts)
    kind = ""
    kept: list[str] = []
    for part in parts:
        short, found = _without_affixes(part)
        kind = kind or found
        if short:
            kept.append(short)
    # «Köln, Stadt»: all that is left besides the name is the word for what it is.
    plain = " ".join(kept) or whole
    head, *rest = kept or [whole]
    begin = _QUALIFYING.search(f"{head} ")
    if begin and begin.start() > 2:
        rest.insert(0, head[begin.end() :])
        head = head[: begin.start()]
    addition = tuple(word for part in rest for word in part.split() if word not in _LINKING)
    return _key(whole), _key(plain), _key(head), addition, kind


def _words(text: str) -> str:
    words = _WORDS.findall(text)
    return " ".join(_SHORT.get(word, word) for word in words)


def _without_affixes(part: str) -> tuple[str, str]:
    """Return the part of a name without the words for what it is, and what they say that it is.

    A part that is nothing else becomes empty.
    """
    kind = ""
    for named, (before, behind) in _AFFIXES.items():
        if part in _MUNICIPAL or part in _ABOVE:
            return "", "above" if part in _ABOVE else "municipality"
        for pattern in (before, behind):
            short = pattern.sub("", part, count=1)
            if short != part and short not in _LINKING:
                part, kind = short, kind or named
    return part, kind


def _key(text: str) -> str:
    words = text.split()
    return "".join(word for word in words if word not in _LINKING) or "".join(words)


def compatible(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two additions may be the same: «westf» and «westfalen», «m» and «main»."""
    return any(_abbreviates(a, b) or _abbreviates(b, a) for a in one for b in other)


def _abbreviates(short: str, long: str) -> bool:
    """Whether the letters of `short` stand in `long` in this order, the first at its beginning."""
    if short[:1] != long[:1]:
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)
