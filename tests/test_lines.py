"""On which line of a file a statement stands, in all ways in which Turtle and its relatives can be written."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from polisgraph import bundle
from polisgraph.lines import Wanted, find_lines
from tests.shipped import WRITTEN

E = "http://example.org/"
TRIPLE = "<http://example.org/s> <http://example.org/p> <http://example.org/o>"


def line_of(path: Path, subject: str | None, predicate: str | None = None, object_: str | None = None) -> int | None:
    wanted: Wanted = (subject, predicate, object_)
    return find_lines(path, {wanted}).get(wanted)


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize("name", ["a.ttl", "a.trig", "a.nt", "a.nq"])
def test_a_triple_term_keeps_no_other_statement_from_having_a_line(tmp_path: Path, name: str) -> None:
    nested = f"<{E}s> <{E}q> <<( {TRIPLE} )>> .\n"
    path = put(tmp_path, name, f"{TRIPLE} .\n{nested}{TRIPLE.replace('/s', '/t')} .\n")
    assert line_of(path, E + "s", E + "p", E + "o") == 1
    assert line_of(path, E + "s", E + "q") == 2
    assert line_of(path, E + "t") == 3


def test_lines_of_statements(tmp_path: Path) -> None:
    text = '''@prefix e: <http://example.org/> .
# e:s is mentioned here first

e:s a e:C ;
    e:p "one" ,
        "two" ;  # a comment
    e:q e:o .
e:t e:p """several
lines""" ;
    e:q e:o .
'''
    path = put(tmp_path, "a.ttl", text)
    assert line_of(path, E + "s") == 4
    assert line_of(path, E + "s", E + "p") == 5
    assert line_of(path, E + "s", E + "p", "two") == 6
    assert line_of(path, E + "s", E + "q", E + "o") == 7
    assert line_of(path, E + "t", E + "p", "several\nlines") == 8
    assert line_of(path, E + "t", E + "q") == 10
    assert line_of(path, None, E + "q", E + "o") == 7
    assert line_of(path, None, None, "two") == 6
    assert line_of(path, E + "u") is None
    trig = put(tmp_path, "c.trig", "@prefix e: <http://example.org/> .\ne:g {\n  e:s e:p e:o ;\n    e:q e:o .\n}\n")
    assert line_of(trig, E + "s", E + "q", E + "o") == 4
    lines = put(tmp_path, "b.nt", f"{TRIPLE} .\n{TRIPLE.replace('/o', '/x')} .\n")
    assert line_of(lines, E + "s", E + "p", E + "x") == 2


STRANGE = """PREFIX e: <http://example.org/>
BASE <http://example.org/>
prefix : <http://example.org/local/>
[] e:p "nobody" . ( 1 2 ) e:q 3 .
[ e:p e:x ; e:q "]" ] e:q e:y .
_:b e:p e:z .
<s> e:p [ e:q e:inside ; e:r ( e:s e:t ) ] ,
  1.5 , -2 , 1e3 , true , 'a . b' , "a # b" , "esc\\"aped\\u00e4\\n" ; ;
  e:q "x"@de-AT , "5"^^e:type , '''it's
 . here''' ; a e:C .
:a.b.c e:p e:semi\\;colon , e:%20 , :x-1.
e:last.one <p> <o#fragment>.<t> <p> "#" . # e:t e:p e:no
e:t e:q <o>, "end", e:o2 {| e:source e:src ; e:at "2 . 3" |} .
e:t e:r e:after
 ."""


def test_turtle_as_nobody_writes_it(tmp_path: Path) -> None:
    path = put(tmp_path, "a.ttl", STRANGE)
    lines = STRANGE.splitlines()
    expected = {
        ("s", "p", None): 7, ("s", "p", "1.5"): 8, ("s", "p", "-2"): 8, ("s", "p", "true"): 8, ("s", "p", "a . b"): 8,
        ("s", "p", "a # b"): 8, ("s", "p", 'esc"apedä\n'): 8, ("s", "q", "x"): 9, ("s", "q", "5"): 9,
        ("s", "q", "it's\n . here"): 9, ("local/a.b.c", "p", E + "semi;colon"): 11, ("local/a.b.c", "p", E + "%20"): 11,
        ("local/a.b.c", "p", E + "local/x-1"): 11, ("last.one", "p", E + "o#fragment"): 12, ("t", "p", "#"): 12,
        ("t", "q", E + "o"): 13, ("t", "q", "end"): 13, ("t", "q", E + "o2"): 13, ("t", "r", E + "after"): 14,
    }  # fmt: skip
    wanted: dict[Wanted, int] = {(E + s, E + p, o): line for (s, p, o), line in expected.items()}
    assert find_lines(path, set(wanted)) == wanted
    assert len(lines) == 15
    assert line_of(path, E + "s", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", E + "C") == 10
    assert line_of(path, E + "t", E + "p", E + "no") is None
    assert line_of(path, E + "src") is None
    assert line_of(path, E + "inside") is None


def test_trig_with_all_kinds_of_graphs(tmp_path: Path) -> None:
    text = """@prefix e: <http://example.org/> .
{ e:a e:p 1 }
e:g { e:b e:p 2 . e:c e:p 3 }
GRAPH e:h { e:d e:p 4 ; e:q "}" }
_:g { e:e e:p 5
} e:f e:p 6 ."""
    path = put(tmp_path, "a.trig", text)
    found = [line_of(path, E + name, E + "p") for name in "abcdef"]
    assert found == [2, 3, 3, 4, 5, 6]
    assert line_of(path, E + "d", E + "q", "}") == 4


def test_files_without_lines_or_statements_tell_none(tmp_path: Path) -> None:
    assert line_of(put(tmp_path, "a.jsonld", "{}"), E + "s") is None
    assert line_of(put(tmp_path, "a.ttl", ""), E + "s") is None
    assert line_of(put(tmp_path, "b.ttl", "# nothing\n"), E + "s") is None


def test_the_line_of_every_shipped_statement_holds_its_object() -> None:
    for path in (*WRITTEN, bundle.DATA / "from-race-to-zero.ttl"):
        lines = path.read_text(encoding="utf-8").splitlines()
        statements = [(q.subject.value, q.predicate.value, q.object.value) for q in ox.parse(path=str(path))]
        found = find_lines(path, set(statements))
        for statement in statements:
            local = statement[2].rsplit("/")[-1].rsplit("#")[-1].split('"')[0]
            assert local in lines[found[statement] - 1], statement
