"""What a row of a list of seats says: the body or office, what the list calls it, and what tenure it is. Reads no cell.

A row is a seat if the mapping has a column for the body. The same text may mean another body in each network.
"""

from dataclasses import dataclass

from polisgraph.importing.codes import Code, in_network
from polisgraph.importing.mapping import Mapping
from polisgraph.namespaces import PREFIXES, expand

_HOSTING, _SECRETARIAT = expand("pg:SecretariatHosting"), expand("pg:Secretariat")


@dataclass(frozen=True)
class Place:
    """Where a seat is: a body or, for an office of a whole network, that network. `named` is what the list calls it."""

    code: Code
    named: str

    @property
    def iri(self) -> str:
        """The IRI of the body or network."""
        return self.code.iri

    @property
    def slug(self) -> str:
        """The last part of the IRI."""
        return self.code.slug

    @property
    def is_body(self) -> bool:
        """Whether it is a body, not the network itself."""
        return not self.iri.startswith(PREFIXES["net"])


@dataclass(frozen=True)
class Seat:
    """A seat in a body, an office of a body or network, or that a secretariat is run.

    `tenure` is the class of what holds for a time, `role` the IRI of the role in it; who runs a secretariat has none.
    """

    place: Place
    tenure: str
    role: str

    @property
    def hosting(self) -> bool:
        """Whether it is that a secretariat is run."""
        return self.tenure == _HOSTING


def place_in(mapping: Mapping, network: str, named: str) -> Place:
    """Return what the list calls `named` in a network; raise ValueError if the mapping does not say."""
    field = mapping.field("body")
    code = field.codes.get(in_network(network, named)) if field is not None else None
    if code is None:
        raise ValueError(f"{named!r} is no body of {network.rpartition('/')[2]} that the mapping knows")
    return Place(code, named)


def seat_in(mapping: Mapping, place: Place, said: str) -> Seat:
    """Return the seat in a place to which the list gives the role `said`; raise ValueError if that means none."""
    field = mapping.field("role")
    code = field.codes.get(said) if field is not None else None
    if code is None or not code.kind:
        raise ValueError(f"{said!r} is no role of which the mapping says what tenure it makes")
    if (code.kind == _HOSTING) != (place.code.kind == _SECRETARIAT):
        raise ValueError(
            f"{said!r} is nothing that one is in {place.named!r}: a secretariat, and nothing else, is hosted"
        )
    return Seat(place, code.kind, "" if code.kind == _HOSTING else place.code.role or code.iri)
