"""Says what a page is about in the words of schema.org, for search engines that read JSON-LD. Asks nothing."""

from collections.abc import Iterable, Mapping
from typing import Any

from polisgraph.namespaces import PREFIXES
from polisgraph.reports.keys import SCHEMES
from polisgraph.web.portrait import Portrait
from polisgraph.web.relations import Tenure

_TYPES = {
    "municipality": "GovernmentOrganization",
    "network": "Organization",
    "body": "Organization",
    "person": "Person",
    "source": "CreativeWork",
}
_HOMEPAGE = PREFIXES["foaf"] + "homepage"
_FOUNDED, _BODY_OF = PREFIXES["pg"] + "founded", PREFIXES["pg"] + "bodyOf"
_LAT, _LONG = PREFIXES["wgs84"] + "lat", PREFIXES["wgs84"] + "long"
_LISTED = 100


def described(found: Portrait) -> dict[str, Any] | None:
    """Return the JSON-LD of what `found` shows, or None if schema.org has no word for such a thing."""
    kind = found.profile.kind
    if kind not in _TYPES:
        return None
    values = {group.property: [s.value.value for s in group.statements] for group in _groups(found)}
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _TYPES[kind],
        "@id": found.iri,
        "name": found.title,
        "alternateName": sorted({s.value.value for group in found.names for s in group.statements} - {found.title}),
        "description": next((term.value for term in found.definitions), ""),
        "url": next(iter(values.get(_HOMEPAGE, ())), ""),
        "sameAs": sorted(_addresses(found)),
        "memberOf": [_role(tenure) for tenure in (*found.profile.networks, *found.profile.seats)][:_LISTED],
    }
    if kind in ("network", "body"):
        said["foundingDate"] = next(iter(values.get(_FOUNDED, ())), "")
        said["parentOrganization"] = [{"@id": iri} for iri in values.get(_BODY_OF, ())]
        said["subOrganization"] = [{"@id": part.row["part"].value} for part in found.profile.bodies][:_LISTED]
        said["member"] = [_named(tenure) for tenure in found.profile.members][:_LISTED]
    if values.get(_LAT) and values.get(_LONG):
        place = {"@type": "GeoCoordinates", "latitude": values[_LAT][0], "longitude": values[_LONG][0]}
        said["location"] = {"@type": "Place", "name": found.title, "geo": place}
    return {name: value for name, value in said.items() if value}


def _groups(found: Portrait) -> Iterable[Any]:
    return (*found.facts, *found.identifiers)


def _addresses(found: Portrait) -> Iterable[str]:
    for group in found.identifiers:
        for statement in group.statements:
            if group.property == SCHEMES["wikidata"].property:
                yield statement.value.value
            elif statement.key and statement.key.address:
                yield statement.key.address


def _role(tenure: Tenure) -> Mapping[str, Any]:
    """Return a membership with its time and role (https://schema.org/OrganizationRole)."""
    row = tenure.row
    said = {
        "@type": "OrganizationRole",
        "memberOf": {"@type": "Organization", **_named(tenure)},
        "roleName": row["role_label"].value if "role_label" in row else "",
        "startDate": row["start"].value if "start" in row else "",
        "endDate": row["end"].value if "end" in row else "",
    }
    return {name: value for name, value in said.items() if value}


def _named(tenure: Tenure) -> Mapping[str, str]:
    return {"@id": tenure.row["other"].value, "name": tenure.row["other_label"].value}
