"""Writes municipalities and what two to four sources state about each of their memberships."""

from dataclasses import replace

from tests.benchmarks.statements import both, listed, moment, page, said, tenure, thing
from tests.benchmarks.synthetic import Member, Membership, World, country_code, name

LISTS = 50
"""How many files the networks' own lists of members are spread over."""

REGISTERS = 4
"""How many registers state memberships of all networks."""

Lines = tuple[str, str]
"""The name of a file and the Turtle that goes into it."""


def mun(index: int) -> str:
    return f"mun:synthetic-{index:06}"


def net(index: int) -> str:
    return f"net:synthetic-{index:04}"


def unit(index: int) -> str:
    return f"unit:synthetic-{index:06}"


def list_file(network: int) -> str:
    return f"lists-{network % LISTS:02}"


def list_source(network: int) -> str:
    return f"src:synthetic-list-{network:04}"


def register_source(number: int) -> str:
    return f"src:synthetic-register-{number}"


def municipality(world: World, member: Member) -> Lines:
    """Return what stands in the file of its country about a municipality itself."""
    label = name(member.index)
    linked = world.chance(0.95)
    return f"municipalities-{country_code(member.country)}", thing(
        mun(member.index),
        "Municipality",
        both("skos:prefLabel", label, label) if member.index % 4 == 0 else f'skos:prefLabel "{label}"@en',
        f"pg:country territory:synthetic-{country_code(member.country)}",
        f'pg:lau "S{member.index:07}"',
        # Far above any number that Wikidata has given.
        f"pg:wikidata wd:Q9{member.index:011}" if linked else "",
        f"wgs84:lat {world.below(12_000_000) / 100_000 - 50:.5f}",
        f"wgs84:long {world.below(35_000_000) / 100_000 - 175:.5f}",
        "dct:source src:synthetic-gazetteer",
    )


def statements(world: World, member: Member) -> list[Lines]:
    """Return each source's statement on each membership of `member`, and its own page if that states one."""
    found: list[Lines] = []
    owns_page = False
    for position, membership in enumerate(member.memberships):
        sources = _sources(world, member, membership)
        owns_page |= any(file.startswith("pages-") for file, _, _ in sources)
        found += _stated(world, member, membership, f"{member.index:06}--{position:02}", sources)
    if owns_page:
        found += _own_page(world, member)
    return found


def _sources(world: World, member: Member, membership: Membership) -> list[tuple[str, str, str]]:
    """Return file, source and kind of the two to four sources of a membership; each file has one source of it."""
    draw, number, country = world.below(100), membership.network.index, country_code(member.country)
    first, second = world.below(REGISTERS), (f"pages-{country}", f"src:synthetic-page-{member.index:06}", "page")
    registers = [
        (f"register-{which % REGISTERS}", register_source(which % REGISTERS), "register")
        for which in (first, first + 1)
    ]
    yearbook = (f"yearbook-{country}", f"src:synthetic-yearbook-{country}", "yearbook")
    others = [second if world.chance(0.05) else registers[0], yearbook, registers[1]]
    return [(list_file(number), list_source(number), "list"), *others[: 1 if draw < 70 else 2 if draw < 92 else 3]]


def _stated(
    world: World, member: Member, membership: Membership, number: str, sources: list[tuple[str, str, str]]
) -> list[Lines]:
    found = []
    for file, source, kind in sources:
        if kind == "register" and membership.start and world.chance(0.06):
            found.append((file, _differing(world, member, membership, number, source)))
            continue
        start = membership.start if kind == "list" or world.chance(0.7) else ""
        found.append((file, _line(world, member, replace(membership, start=start), number, source, kind)))
    return found


def _line(world: World, member: Member, membership: Membership, number: str, source: str, kind: str, *more: str) -> str:
    leads = kind == "page" and membership.role == "member"
    return tenure(
        number,
        "NetworkMembership",
        mun(member.index),
        net(membership.network.index),
        membership.role,
        moment("pg:start", membership.start),
        moment("pg:end", membership.end),
        "pg:status status:on-hold" if membership.on_hold and kind == "list" else "",
        f"pg:leadUnit {unit(member.index)}" if leads else "",
        both("pg:timeNote", "seit vielen Jahren", "for many years") if kind == "page" and not membership.start else "",
        *more,
        said(source, f"{kind}, {1 + world.below(400)}"),
    )


def _differing(world: World, member: Member, membership: Membership, number: str, source: str) -> str:
    """Return the statement of a source that knows only the year, or another one: a tenure of its own."""
    year = membership.start[:4]
    if year == membership.start:
        earlier = int(year) - 1 - world.below(3)
        year = str(max(earlier, membership.network.founded))
    if membership.end and year > membership.end:
        year = membership.end
    own = f"{number}--{source.removeprefix('src:synthetic-')}"
    changed = replace(membership, start=year)
    return _line(world, member, changed, own, source, "register", f"pg:sameTenureAs ten:synthetic-{number}")


def _own_page(world: World, member: Member) -> list[Lines]:
    country, source = country_code(member.country), f"src:synthetic-page-{member.index:06}"
    year = 2016 + world.below(10)
    return [
        ("sources", page(source, f"Networks of {name(member.index)}", mun(member.index), f"{year}-05-09")),
        ("units", office(member.index)),
        (
            f"pages-{country}",
            thing(
                mun(member.index),
                "Municipality",
                both("pg:activity", "Tauscht sich mit anderen Städten aus.", "Exchanges experience with other cities."),
                said(source, "page, 1"),
            )
            + thing(
                unit(member.index),
                "Department",
                f"org:unitOf {mun(member.index)}",
                both("pg:duty", "Betreut die Netzwerke.", "Looks after the networks."),
                said(source, "page, 2"),
            ),
        ),
    ]


def office(index: int) -> str:
    """Return the unit of a municipality that looks after networks."""
    label = name(index)
    return thing(
        unit(index),
        "Department",
        both("skos:prefLabel", f"Amt für Netzwerke, {label}", f"Office for Networks, {label}"),
        f"org:unitOf {mun(index)}",
        "dct:source src:synthetic-gazetteer",
    )


def places(countries: int) -> list[Lines]:
    """Return the countries, and the yearbook and the statistical office that publishes it, of each."""
    found = []
    for index in range(countries):
        code = country_code(index)
        publisher = f"organization:synthetic-statistics-{code}"
        found += [
            (
                "places",
                thing(
                    f"territory:synthetic-{code}",
                    "Territory",
                    both("skos:prefLabel", f"Land {code} (künstlich)", f"Country {code} (synthetic)"),
                    f'pg:isoCode "{code}"',
                    "dct:source src:synthetic-gazetteer",
                ),
            ),
            (
                "organizations",
                thing(
                    publisher,
                    "org:Organization",
                    both("skos:prefLabel", f"Statistikamt {code} (künstlich)", f"Statistics {code} (synthetic)"),
                    "dct:source src:synthetic-gazetteer",
                ),
            ),
            ("sources", page(f"src:synthetic-yearbook-{code}", f"Yearbook of {code}", publisher, "2023-02-01")),
        ]
    return found


def registers() -> list[Lines]:
    """Return the data sets that the municipalities and part of the statements were taken from."""
    titled = [("src:synthetic-gazetteer", "Ortsverzeichnis (künstlich)", "Gazetteer (synthetic)")]
    titled += [(register_source(n), f"Register {n} (künstlich)", f"Register {n} (synthetic)") for n in range(REGISTERS)]
    return [
        (
            "sources",
            thing(
                source,
                "ReferenceDataset",
                both("dct:title", german, english),
                f'dct:identifier "{source.removeprefix("src:")}"',
                listed("dct:license", ["<https://creativecommons.org/publicdomain/zero/1.0/>"]),
                moment("pg:notBefore", "2024"),
            ),
        )
        for source, german, english in titled
    ]
