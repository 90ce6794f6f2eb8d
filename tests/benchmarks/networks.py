"""Writes networks with their bodies, the people on them, offices, secretariats, figures and commitments."""

from collections.abc import Generator, Iterator

from tests.benchmarks.members import Lines, list_file, list_source, mun, net, office, register_source, unit
from tests.benchmarks.statements import both, listed, moment, page, said, tenure, thing
from tests.benchmarks.synthetic import Network, World, country_code, name

_TERM = 3
_FIRST_TERM = 2016


class Networks:
    """Writes the networks of a world whose members have been written, so that their delegates are known."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._staffed: set[int] = set()
        self._posts: set[int] = set()
        self._persons = 0

    def lines(self) -> Iterator[Lines]:
        """Yield what is known of every network."""
        for network in self._world.networks:
            delegates = self._world.delegates.get(network.index, [])
            yield from self._itself(network, delegates)
            yield from self._figures(network, len(delegates))
            if network.index % 3 == 0:
                yield from self._commitments(network)
            if delegates and network.dissolved is None:
                yield from self._bodies(network, delegates)

    def _itself(self, network: Network, delegates: list[int]) -> Iterator[Lines]:
        index, me, source = network.index, net(network.index), list_source(network.index)
        section = f"pg:sectionOf {net(network.umbrella)}" if network.umbrella is not None else ""
        country = (
            f"pg:country territory:synthetic-{country_code(network.country)}" if network.country is not None else ""
        )
        title = f"Städtenetz {index:04} (künstlich)", f"City Network {index:04} (synthetic)"
        yield (
            "networks",
            thing(
                me,
                network.kind,
                both("skos:prefLabel", *title),
                both("pg:abbreviation", f"SN{index:04}", f"CN{index:04}"),
                section,
                country,
                f"foaf:homepage <https://network-{index:04}.example/>",
                f"dct:source {source}",
            ),
        )
        yield "sources", page(source, f"Members of City Network {index:04}", me, f"{2019 + index % 7}-03-14")
        place = f"pg:foundedIn {mun(delegates[0])}" if delegates else ""
        yield (
            list_file(index),
            thing(
                me,
                network.kind,
                f'skos:altLabel "City Net {index:04}"@en',
                f'pg:formerName "Circle of Cities {index:04}"@en' if index % 7 == 0 else "",
                f"org:classification kind:{'thematic' if len(network.themes) < 3 else 'cross-thematic'}",
                listed("pg:theme", (f"theme:{theme}" for theme in network.themes)),
                f"pg:regionServed area:{'world' if index % 5 == 0 else 'europe'}",
                section,
                country,
                moment("pg:founded", str(network.founded)),
                moment("pg:dissolved", str(network.dissolved or "")),
                place,
                both("pg:aim", "Voneinander lernen", "Learning from one another"),
                both("pg:activity", "Veranstaltet Treffen.", "Organises meetings."),
                said(source, "about, 1", "about, 2"),
            ),
        )
        if index % 10 == 0:
            yield (
                "register-0",
                thing(
                    me,
                    network.kind,
                    moment("pg:founded", str(network.founded - index // 10 % 2)),
                    said(register_source(0), f"networks, {index + 1}"),
                ),
            )
        if network.dissolved and index + 1 < len(self._world.networks):
            yield (
                list_file(index),
                thing(
                    f"event:synthetic-{index:04}",
                    "org:ChangeEvent",
                    f"org:originalOrganization {me} ; org:resultingOrganization {net(index + 1)}",
                    said(source, "about, 3"),
                ),
            )

    def _figures(self, network: Network, known: int) -> Iterator[Lines]:
        for measure in ("members", "countries", "member-cities"):
            for source, file, year in (
                (list_source(network.index), list_file(network.index), ""),
                (register_source(0), "register-0", "2018"),
                (register_source(1), "register-1", ""),
            ):
                number = f"{network.index:04}-{measure}--{source.removeprefix('src:synthetic-')}"
                yield (
                    file,
                    thing(
                        f"claim:synthetic-{number}",
                        "FigureClaim",
                        f"pg:about {net(network.index)} ; pg:measure measure:{measure}",
                        f"pg:value {1 + known + self._world.below(20)}",
                        "pg:qualifier qualifier:about" if self._world.chance(0.3) else "",
                        f"{moment('pg:asOf', year)} ; pg:asOfBasis basis:stated" if year else "",
                        said(source, "figures, 1"),
                    ),
                )

    def _commitments(self, network: Network) -> Iterator[Lines]:
        file, source, me = list_file(network.index), list_source(network.index), f"synthetic-{network.index:04}"
        yield (
            file,
            thing(
                f"commitment:{me}",
                "Commitment",
                both("skos:prefLabel", "Treibhausgase senken", "Cut greenhouse gases"),
                f"pg:undertakenIn {net(network.index)} ; pg:theme theme:climate",
                "pg:indicator indicator:greenhouse-gas-emissions",
                f"pg:changePercent -{20 + network.index % 60}.0",
                moment("pg:deadline", str(2020 + network.index % 30)),
                said(source, "commitments, 1"),
            ),
        )
        if network.index % 30:
            return
        points = [f"point:{me}-{position:02}" for position in range(1, 11)]
        yield (
            file,
            thing(
                f"commitment:{me}-plan",
                "ActionPlan",
                both("skos:prefLabel", "Zehn-Punkte-Plan", "Ten-point plan"),
                f"pg:undertakenIn {net(network.index)}",
                listed("pg:hasPoint", points),
                said(source, "commitments, 2"),
            ),
        )
        for position, point in enumerate(points, start=1):
            yield (
                file,
                thing(
                    point,
                    "ActionPoint",
                    both("skos:prefLabel", f"Schritt {position}", f"Step {position}"),
                    f"pg:position {position}",
                    said(source, f"commitments, {2 + position}"),
                ),
            )

    def _bodies(self, network: Network, delegates: list[int]) -> Iterator[Lines]:
        me = f"body:synthetic-{network.index:04}"
        board, secretariat = f"{me}-board", f"{me}-secretariat"
        yield from self._body(network, board, "GoverningBody", "Vorstand", "Board")
        yield from self._body(network, secretariat, "Secretariat", "Geschäftsstelle", "Secretariat")
        yield from self._seats(network, board)
        yield from self._terms(network, board, delegates)
        yield from self._hosting(network, secretariat, delegates)
        for number in range(min(12, 1 + int(len(delegates) / 8) + network.index % 3)):
            forum, group = f"{me}-forum-{number:02}", f"{me}-group-{number:02}"
            yield from self._body(network, forum, "Forum", f"Forum {number + 1}", f"Forum {number + 1}")
            yield from self._body(
                network, group, "WorkingGroup", f"Arbeitsgruppe {number + 1}", f"Working group {number + 1}", forum
            )
            for seat, city in enumerate(sorted(set(delegates[number::4]))):
                yield from self._seat_of_city(network, group, f"{network.index:04}-{number:02}-{seat:02}", city)

    def _body(
        self, network: Network, body: str, kind: str, german: str, english: str, parent: str = ""
    ) -> Iterator[Lines]:
        own = (
            f"{german}, Städtenetz {network.index:04} (künstlich)",
            f"{english}, City Network {network.index:04} (synthetic)",
        )
        belongs = f"pg:bodyOf {net(network.index)}" + (f" ; pg:subBodyOf {parent}" if parent else "")
        source = list_source(network.index)
        yield "bodies", thing(body, kind, both("skos:prefLabel", *own), belongs, f"dct:source {source}")
        yield (
            list_file(network.index),
            thing(
                body,
                kind,
                f'skos:altLabel "{english}"@en',
                belongs,
                'pg:termLength "P3Y"^^xsd:duration' if kind == "GoverningBody" else "",
                both("pg:duty", "Bereitet Beschlüsse vor.", "Prepares decisions."),
                said(source, "bodies, 1"),
            ),
        )

    def _seats(self, network: Network, board: str) -> Iterator[Lines]:
        source, file = list_source(network.index), list_file(network.index)
        sections = [n for n in self._world.networks if n.umbrella == network.index][:60]
        counted = [
            ("all", "", 9 + 2 * len(sections)),
            *((f"{n.index:04}", f"pg:scope {net(n.index)}", 2) for n in sections),
        ]
        for slug, scope, seats in counted:
            yield (
                file,
                thing(
                    f"claim:synthetic-{network.index:04}-seats--{slug}",
                    "FigureClaim",
                    f"pg:about {board} ; pg:measure measure:seats ; pg:value {seats}",
                    scope,
                    said(source, "bodies, 2"),
                ),
            )

    def _terms(self, network: Network, board: str, delegates: list[int]) -> Iterator[Lines]:
        """Three terms of the board: six members each, a president and a vice-president city, each after the last."""
        first = max(_FIRST_TERM, network.founded)
        for term in range(3):
            start, end = first + term * _TERM, first + (term + 1) * _TERM if term < 2 else 0
            dates = moment("pg:start", str(start)), moment("pg:end", str(end or ""))
            for seat in range(6):
                city = delegates[(term * 7 + seat) % len(delegates)]
                number = f"{network.index:04}--board-{term}-{seat}"
                more = (*dates, f"pg:represents {mun(city)}", self._ex_officio(city))
                person = yield from self._person(network)
                yield from self._everywhere(network, number, "BodyMembership", person, board, "board-member", *more)
                if seat:
                    continue
                succeeds = f"pg:succeeds ten:synthetic-{network.index:04}--president-{term - 1}" if term else ""
                number = f"{network.index:04}--president-{term}"
                me = net(network.index)
                yield from self._everywhere(network, number, "OfficeHolding", person, me, "president", *more, succeeds)
                succeeds = f"pg:succeeds ten:synthetic-{network.index:04}--vice-{term - 1}" if term else ""
                number = f"{network.index:04}--vice-{term}"
                holder = mun(city)
                yield from self._everywhere(
                    network, number, "OfficeHolding", holder, me, "vice-president-city", *dates, succeeds
                )
                yield from self._post(city)

    def _everywhere(
        self, network: Network, number: str, class_: str, member: str, organization: str, role: str, *more: str
    ) -> Iterator[Lines]:
        """State a tenure in the network's own list and in a register."""
        known = ((list_file(network.index), list_source(network.index)), ("register-2", register_source(2)))
        for file, source in known:
            yield file, tenure(number, class_, member, organization, role, *more, said(source, "bodies, 3"))

    def _seat_of_city(self, network: Network, group: str, number: str, city: int) -> Iterator[Lines]:
        if city not in self._staffed:
            self._staffed.add(city)
            yield "units", office(city)
        more = f"pg:coordinatingUnit {unit(city)}", moment("pg:start", str(2015 + city % 10))
        yield from self._everywhere(network, f"{number}--group", "BodyMembership", mun(city), group, "member", *more)

    def _hosting(self, network: Network, secretariat: str, delegates: list[int]) -> Iterator[Lines]:
        known = ((list_file(network.index), list_source(network.index)), ("register-3", register_source(3)))
        for position, (file, source) in enumerate(known):
            # In every tenth network the register names another host: a tenure of its own.
            other = position == 1 and network.index % 10 == 0 and len(delegates) > 1
            number = f"synthetic-{network.index:04}--secretariat" + ("--register-3" if other else "")
            yield (
                file,
                thing(
                    f"ten:{number}",
                    "SecretariatHosting",
                    f"pg:host {mun(delegates[int(other)])} ; pg:hostedBody {secretariat}",
                    moment("pg:start", str(max(2010, network.founded))),
                    said(source, "secretariat, 1"),
                ),
            )

    def _person(self, network: Network) -> Generator[Lines, None, str]:
        self._persons += 1
        person = f"person:synthetic-{self._persons:06}"
        label = f"Person {self._persons:06} (synthetic)"
        yield (
            "people",
            thing(
                person, "foaf:Person", both("skos:prefLabel", label, label), f"dct:source {list_source(network.index)}"
            ),
        )
        return person

    def _ex_officio(self, city: int) -> str:
        return f"pg:exOfficio post:synthetic-{city:06}" if city in self._posts else ""

    def _post(self, city: int) -> Iterator[Lines]:
        if city in self._posts:
            return
        self._posts.add(city)
        label = name(city)
        yield (
            "people",
            thing(
                f"post:synthetic-{city:06}",
                "org:Post",
                both("skos:prefLabel", f"Bürgermeisteramt, {label}", f"Mayor of {label}"),
                f"org:postIn {mun(city)}",
                "dct:source src:synthetic-gazetteer",
            ),
        )
