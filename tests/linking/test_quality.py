"""How often links are right, on a fixed sample of the benchmark's cases. How fast they are is for the benchmark."""

import pytest

from polisgraph.linking import Matcher, Record
from tests.benchmarks.degraded import WITH_COUNTRY, cases
from tests.benchmarks.linking import judged, signatories, together

EACH = 60


def test_degraded_names_are_linked_rightly_or_left_to_people(matcher: Matcher) -> None:
    found, wrong = judged(matcher, cases(matcher.index.targets, EACH))
    with_country = together(found, WITH_COUNTRY)
    everything = together(found, list(found))
    assert everything.precision >= 99.5, [(case.way, case.record) for case in wrong]
    assert with_country.top(1) >= 95 and with_country.top(5) >= 97, found
    assert together(found, ["as it is", "upper case", "without marks", "title"]).recall >= 85, found
    assert found["with a key"].recall >= 98 and found["other country"].linked == 0 and found["no country"].linked == 0


def test_a_province_that_is_no_place_of_the_graph_is_not_linked_by_the_name_of_its_city(matcher: Matcher) -> None:
    city, province = (matcher.match(Record(name, "PL")) for name in ("Udine", "Province of Udine"))
    assert city.candidates[0].name == province.candidates[0].name == "Province of Udine"
    assert not city.candidates[0].match and province.candidates[0].match


@pytest.mark.parametrize("placed", ["", ", placed"])
def test_real_spellings_are_linked_rightly_or_left_to_people(matcher: Matcher, placed: str) -> None:
    given = [case for case in signatories(matcher.index) if case.way.endswith(", placed") == bool(placed)]
    found, wrong = judged(matcher, given)
    here, absent = found["signatory" + placed], found["signatory not here" + placed]
    assert here.cases >= 200 and absent.cases >= 200
    assert together(found, list(found)).precision >= 99.5, [(case.way, case.record) for case in wrong]
    assert here.top(1) >= 95 and here.recall >= 80, found


def test_the_cases_are_the_same_each_time(matcher: Matcher) -> None:
    first, second = (list(cases(matcher.index.targets, 5)) for _ in range(2))
    assert first == second
    assert {case.way for case in first} > set(WITH_COUNTRY)
