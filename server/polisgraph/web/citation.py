"""How to cite the rows of a report: as a sentence and as BibTeX. Makes no addresses and shows nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

_ESCAPED: Mapping[str, str] = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: "\\" + sign for sign in "&%$#_"},
}
"""Signs that mean something to TeX, as it takes them for themselves."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Citation:
    """What is cited: a report by its `name` and `title`, the values it was asked with, the data it came from.

    `address` is where it was read, `lasting` its address that outlives servers, `state` the day of the data.
    """

    name: str
    title: str
    given: tuple[tuple[str, str], ...]
    snapshot: str
    state: date
    address: str
    lasting: str

    @property
    def heading(self) -> str:
        """The title with the values, as `Members of a network (Network: Eurocities)`."""
        values = "; ".join(f"{label}: {value}" for label, value in self.given)
        return f"{self.title} ({values})" if values else self.title

    @property
    def bibtex(self) -> str:
        """A BibTeX entry (`@misc`), for BibTeX in UTF-8 and for BibLaTeX."""
        words = "-".join(re.findall(r"[a-z0-9]+", self.name))
        fields = {
            "author": "{Polisgraph}",
            "title": "{" + escaped(self.heading) + "}",
            "year": str(self.state.year),
            "month": _MONTHS[self.state.month - 1],
            "version": self.snapshot,
            "note": escaped(f"Polisgraph, snapshot {self.snapshot} of {self.state.isoformat()}; {self.lasting}"),
            "url": _verbatim(self.address),
        }
        lines = (f"  {key} = {value if key == 'month' else '{' + value + '}'}," for key, value in fields.items())
        return "\n".join((f"@misc{{polisgraph-{words}-{self.snapshot[:8]},", *lines, "}"))


def escaped(text: str) -> str:
    """Return `text` as TeX sets it word for word, on one line."""
    return "".join(_ESCAPED.get(sign, sign) for sign in " ".join(text.split()))


def _verbatim(address: str) -> str:
    """Return an address as it may stand between braces: these are balanced or there are none."""
    return address.replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D")
