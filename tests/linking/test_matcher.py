"""The matcher on the shipped graph and gazetteer: what it links, what it leaves to people, and why."""

import pytest

from polisgraph.linking import SCHEMES, Candidate, Matcher, Outcome, Record, Target, score
from polisgraph.linking.record import understood
from polisgraph.linking.score import kilometres_between
from polisgraph.namespaces import expand

KOELN = "mun:koeln"


def best(outcome: Outcome) -> Candidate:
    return outcome.candidates[0]


def points(candidate: Candidate) -> dict[str, float]:
    return {feature.name: feature.points for feature in candidate.features}


@pytest.mark.parametrize("country", ["DE", "DEU", "Deutschland", "Germany", "Allemagne", "Duitsland", "Niemcy", "BRD"])
@pytest.mark.parametrize(
    "name",
    ["Köln", "Cologne", "Keulen", "KOELN", "Koln", "Stadt Köln", "City of Cologne", "Köln, Stadt", "Colonia Agrippina"],
)
def test_cologne_is_found_by_all_its_names(matcher: Matcher, name: str, country: str) -> None:
    match = matcher.match(Record(name, country)).match
    assert match and (match.id, match.qid) == (expand(KOELN), "Q365")


@pytest.mark.parametrize(
    "record",
    [
        Record("Q365"),
        Record("q365"),
        Record("05315000"),
        Record("https://www.wikidata.org/wiki/Q365"),
        Record("http://www.wikidata.org/entity/Q365"),
        Record("https://www.geonames.org/2886242/koeln.html"),
        Record("https://d-nb.info/gnd/4031483-2"),
        Record(keys={"ags": "05315000"}),
        Record("Köln", keys={"ags": "5315000"}),  # a spreadsheet took the zero
        Record("Koln", keys={"geonames": "2886242"}),
        Record("Cologne", keys={"qid": "Q365", "gnd": "4031483-2"}),
    ],
)
def test_a_key_leads_to_it(matcher: Matcher, record: Record) -> None:
    match = matcher.match(record).match
    assert match and match.id == expand(KOELN) and match.score == 100


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (Record("Hamburg", keys={"ags": "05315000"}), "the name does not"),
        (Record("Köln", "AT", keys={"ags": "05315000"}), "country"),
        (Record(keys={"ags": "05315000", "qid": "Q2103"}), "lead to different things"),
        (Record("Köln", "DE", keys={"qid": "Q21000000"}), "qid: is Q365, not Q21000000"),
        (Record("Köln", "DE", latitude=48.1, longitude=11.6), "distance"),
        (Record("Köln", "DE", kind="network"), "kind"),
        (Record("Köln", "Atlantis"), "a name alone is not enough"),
        (Record("Köln"), "a name alone is not enough"),
        (Record("Köln", "AT"), "country: is DE, not AT"),
    ],
)
def test_what_is_contradicted_or_too_little_is_left_to_people(matcher: Matcher, record: Record, told: str) -> None:
    outcome = matcher.match(record)
    assert outcome.match is None and told in outcome.reason, outcome.reason
    assert expand(KOELN) in [candidate.id for candidate in outcome.candidates]


def test_the_train_is_not_the_network(matcher: Matcher) -> None:
    outcome = matcher.match(Record("EuroCity"))
    assert outcome.match is None and best(outcome).score < 50
    network = matcher.match(Record("eurocities")).match
    assert network and network.id == expand("net:eurocities")


@pytest.mark.parametrize(
    ("name", "country", "id_"),
    [
        ("Region Hannover", "DE", "mun:hannover"),
        ("Brussels-Capital Region", "BE", "mun:bruessel"),
        ("Freie Hansestadt Bremen", "DE", "mun:ags-04011000"),
        ("Landkreis München", "DE", ""),
    ],
)
def test_a_region_is_not_its_city(matcher: Matcher, name: str, country: str, id_: str) -> None:
    outcome = matcher.match(Record(name, country))
    assert outcome.match is None and "kind" in outcome.reason
    assert not id_ or best(outcome).id == expand(id_)
    assert points(best(outcome))["kind"] < 0


@pytest.mark.parametrize(
    ("name", "country", "id_", "qid"),
    [
        ("Hannover", "DE", "mun:hannover", "Q1715"),
        ("Landeshauptstadt Hannover", "DE", "mun:hannover", "Q1715"),
        ("Bremen", "DE", "mun:ags-04011000", "Q24879"),
        ("Brüssel", "BE", "mun:bruessel", "Q239"),
        ("Frankfurt am Main", "DE", "mun:frankfurt-am-main", "Q1794"),
        ("Frankfurt a.M.", "DE", "mun:frankfurt-am-main", "Q1794"),
        ("Frankfurt/Oder", "DE", "mun:ags-12053000", "Q4024"),
        ("Halle (Saale)", "DE", "place:ags-15002000", "Q2814"),
        ("Halle an der Saale", "DE", "place:ags-15002000", "Q2814"),
        ("Amt Neuhaus", "DE", "place:ags-03355049", ""),
    ],
)
def test_what_is_meant_is_plain(matcher: Matcher, name: str, country: str, id_: str, qid: str) -> None:
    match = matcher.match(Record(name, country)).match
    assert match and (match.id, match.qid) == (expand(id_), qid)


@pytest.mark.parametrize(("name", "least"), [("Frankfurt", 2), ("Halle", 4), ("Münster", 2), ("Neustadt", 5)])
def test_homonyms_give_candidates(matcher: Matcher, name: str, least: int) -> None:
    outcome = matcher.match(Record(name, "DE"), limit=20)
    assert outcome.match is None and "could be meant" in outcome.reason
    assert len([c for c in outcome.candidates if points(c).get("country", 0) > 0]) >= least
    assert points(best(outcome))["rivals"] < 0


def test_homonyms_are_told_apart_by_position_and_neighbours(matcher: Matcher) -> None:
    near = matcher.match(Record("Halle", "DE", latitude=51.48, longitude=11.97)).match
    assert near and near.id == expand("place:ags-15002000")
    wrong_place = matcher.match(Record("Frankfurt", "DE", latitude=54.0, longitude=9.0))
    assert wrong_place.match is None
    named = matcher.match(Record("Heidelberg", networks=("Eurocities", "ECCAR")))
    assert named.match and points(named.match)["network"] > 0 and "network" in named.reason


def test_marks_tell_münster_from_munster(matcher: Matcher) -> None:
    assert best(matcher.match(Record("Münster", "DE"))).name == "Münster"
    without = matcher.match(Record("Munster", "DE"))
    assert best(without).name == "Munster" and without.match is None


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Mayors for peace", "net:mayors-for-peace"),
        ("Climate Alliance", "net:climate-alliance"),
        ("Klimabündnis", "net:climate-alliance"),
    ],
)
def test_networks_need_no_country(matcher: Matcher, name: str, id_: str) -> None:
    match = matcher.match(Record(name, kind="Netzwerk")).match
    assert match and match.id == expand(id_) and match.qid == ""


def test_a_typing_error_gives_candidates_and_with_the_position_a_link(matcher: Matcher) -> None:
    typed = matcher.match(Record("Gelsenkrichen", "DE"))
    assert typed.match is None and best(typed).name == "Gelsenkirchen" and "alike" in typed.reason
    placed = matcher.match(Record("Gelsenkrichen", "DE", latitude=51.51, longitude=7.1))
    assert placed.match and placed.match.qid == "Q2765"


@pytest.mark.parametrize(
    "record", [Record("Xyzzyplugh", "DE"), Record("Москва", "RU"), Record(), Record("()"), Record("q" * 100_000)]
)
def test_nothing_found_is_an_answer(matcher: Matcher, record: Record) -> None:
    outcome = matcher.match(record)
    assert outcome.candidates == () and outcome.match is None and outcome.reason.startswith("nothing")


def test_a_score_is_the_sum_of_what_is_said(matcher: Matcher) -> None:
    for record in (Record("Köln", "DE"), Record("Halle", "DE"), Record("Wahlstadt", "DE"), Record("Köln", "AT")):
        for candidate in matcher.match(record).candidates:
            assert candidate.score == pytest.approx(max(0, min(100, sum(points(candidate).values()))), abs=0.06)
            assert all(feature.value for feature in candidate.features)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_key_that_one_thing_has_weighs_most_and_that_of_an_area_less(scheme: str) -> None:
    value = SCHEMES[scheme].example
    target = Target("urn:x", keys={scheme: value})
    (same,) = score.keys(understood(Record("x", keys={scheme: value})), target)
    assert (same.points >= score.KEY) == (scheme not in ("lau", "nuts"))


def test_distances() -> None:
    assert kilometres_between(51.0, 7.0, 51.0, 7.0) == 0
    assert kilometres_between(0.0, 0.0, 0.0, 90.0) == pytest.approx(6371 * 3.14159265 / 2)
    assert kilometres_between(0.0, 179.9, 0.0, -179.9) == pytest.approx(22.24, abs=0.01)
    assert kilometres_between(90.0, 0.0, -90.0, 0.0) == pytest.approx(6371 * 3.14159265)


def test_candidates_come_best_first_and_as_many_as_are_asked_for(matcher: Matcher) -> None:
    outcome = matcher.match(Record("Neustadt", "DE"), limit=3)
    assert len(outcome.candidates) == 3
    scores = [candidate.score for candidate in outcome.candidates]
    assert scores == sorted(scores, reverse=True)
    assert sum(candidate.match for candidate in outcome.candidates) <= 1


def test_a_candidate_is_described(matcher: Matcher) -> None:
    koeln = best(matcher.match(Record("Köln", "DE"), language="en"))
    assert koeln.name == "Cologne" and "05315000" in koeln.description
    assert koeln.types[0] == (expand("pg:Municipality"), "municipality")
    assert best(matcher.match(Record("Köln", "DE"), language="de")).types[0][1] == "Gemeinde"


def test_an_entry_and_the_municipality_with_its_key_are_one(matcher: Matcher) -> None:
    found = [target for target in matcher.index.targets if target.keys.get("ags") == "05315000"]
    assert [target.iri for target in found] == [expand(KOELN)]
    assert found[0].entry == expand("place:ags-05315000") and "Keulen" in found[0].others
    assert set().union(*(target.keys for target in matcher.index.targets)) <= set(SCHEMES)


def test_unconfirmed_items_are_no_links(matcher: Matcher) -> None:
    target = next(target for target in matcher.index.targets if target.candidates)
    assert not target.qid
    outcome = matcher.match(Record(keys={"qid": target.candidates[0]}))
    assert outcome.match is None
