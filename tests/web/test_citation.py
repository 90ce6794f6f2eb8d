"""Citations: what they name, and that no title breaks the BibTeX around it."""

import re
from datetime import date

import pytest

from polisgraph.web.citation import Citation, escaped


def cited(title: str = "Members of a network", given: tuple[tuple[str, str], ...] = ()) -> Citation:
    state = date(2026, 11, 22)
    return Citation(
        "members-of-network", title, given, "62f56b128f0786f7", state, "https://a.example/x?y={z}", "https://b.example/"
    )


def test_the_heading_says_what_was_asked() -> None:
    assert cited().heading == "Members of a network"
    given = (("Network", "Eurocities"), ("As of", "1 May 2020"))
    assert cited(given=given).heading == "Members of a network (Network: Eurocities; As of: 1 May 2020)"


def test_an_entry_names_snapshot_and_day() -> None:
    entry = cited().bibtex
    assert entry.startswith("@misc{polisgraph-members-of-network-62f56b12,\n") and entry.endswith("\n}")
    assert "year = {2026}" in entry and "month = nov" in entry and "snapshot 62f56b128f0786f7 of 2026-11-22" in entry
    assert "url = {https://a.example/x?y=%7Bz%7D}" in entry


@pytest.mark.parametrize("title", ["50 % & more", "a}b{", "\\input{x}", "a_b^c~d#e$", "two\nlines"])
def test_no_title_breaks_an_entry(title: str) -> None:
    entry = cited(title).bibtex
    bare = re.sub(r"\\[{}]", "", entry)
    assert bare.count("{") == bare.count("}") and entry.count("\n") == cited().bibtex.count("\n")
    assert not re.search(r"(?<!\\)[&%$#_]", escaped(title))
