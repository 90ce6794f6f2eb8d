"""Names taken apart: what two spellings have in common, and what they have not."""

import pytest

from polisgraph.linking.names import compatible, read


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Köln", "KOELN"),
        ("Köln", "Koln"),
        ("Köln", "Ko\u0308ln"),
        ("Köln", "Stadt Köln"),
        ("Köln", "Köln, Stadt"),
        ("Köln", "KÖLN (Stadt)"),
        ("Cologne", "City of Cologne"),
        ("Hannover", "Landeshauptstadt Hannover"),
        ("Hamburg", "Freie und Hansestadt Hamburg"),
        ("Paris", "Ville de Paris"),
        ("Malmö", "Malmö kommun"),
        ("Göteborg", "Göteborgs stad"),
        ("Den Haag", "Gemeente Den Haag"),
        ("Milano", "Comune di Milano"),
        ("Łódź", "Lodz"),
        ("Sankt Augustin", "St. Augustin"),
        ("Halle (Saale)", "Halle a. d. Saale"),
        ("Halle (Saale)", "Halle/Saale"),
        ("Frankfurt (Oder)", "Frankfurt an der Oder"),
        ("Bad Homburg v. d. Höhe", "Bad Homburg vor der Höhe"),
        ("Saint-Denis", "Saint Denis"),
        ("L'Aquila", "L’Aquila"),
        ("Straße", "Strasse"),
    ],
)
def test_spellings_of_one_name_meet(one: str, other: str) -> None:
    assert {*read(one).whole, *read(one).plain} & {*read(other).whole, *read(other).plain}


@pytest.mark.parametrize(
    ("one", "other"),
    [("Eurocities", "EuroCity"), ("Frankfurt am Main", "Frankfurt (Oder)"), ("Halle (Saale)", "Halle (Westf.)")],
)
def test_other_names_do_not(one: str, other: str) -> None:
    assert not {*read(one).whole, *read(one).plain} & {*read(other).whole, *read(other).plain}


@pytest.mark.parametrize(
    ("name", "head", "addition"),
    [
        ("Frankfurt am Main", "frankfurt", ("main",)),
        ("Frankfurt a.M.", "frankfurt", ("m",)),
        ("Münster (Westf.)", "muenster", ("westf",)),
        ("Lauenburg/Elbe", "lauenburg", ("elbe",)),
        ("Neustadt in Holstein", "neustadt", ("holstein",)),
        ("Bad Aibling", "badaibling", ()),
        ("Stadt", "stadt", ()),
    ],
)
def test_the_addition_is_told_from_the_head(name: str, head: str, addition: tuple[str, ...]) -> None:
    assert read(name).head[0] == head and read(name).addition == addition


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Region Hannover", "above"),
        ("Landkreis Celle", "above"),
        ("Brussels-Capital Region", "above"),
        ("Freie Hansestadt Bremen", "above"),
        ("Provincia di Roma", "above"),
        ("Stadt Celle", "municipality"),
        ("Celle", ""),
        ("Landau", ""),
        ("Kreischa", ""),
    ],
)
def test_words_in_a_name_say_what_it_is(name: str, kind: str) -> None:
    assert read(name).kind == kind


def test_keys_without_marks_are_known_as_such() -> None:
    assert read("Münster").whole == ("muenster", "munster") and read("Münster").bare == {"munster"}
    assert read("Munster").bare == frozenset()


@pytest.mark.parametrize(
    "text", ["", "  ", "()", ",", "Москва", "-", "🏙", "(((", "a" * 5000, " " * 50_000 + "x", "x" + " a" * 5000]
)
def test_any_text_can_be_read(text: str) -> None:
    assert isinstance(read(text).keys, tuple)


def test_additions_may_be_abbreviated() -> None:
    for short, long in (("m", "main"), ("westf", "westfalen"), ("oldb", "oldenburg")):
        assert compatible((short,), (long,)) and compatible((long,), (short,))
    assert not compatible(("main",), ("oder",)) and not compatible((), ("main",))
