"""What is refused before any parser sees it, and where errors are."""

import pytest

from polisgraph.engine import Query
from polisgraph.engine.diagnosis import syntax_error
from polisgraph.engine.gate import MAX_DEPTH, MAX_OPERATORS, check
from polisgraph.engine.local import LocalEngine
from polisgraph.engine.stored import StoreWorker
from polisgraph.errors import BadQuery, Forbidden, QueryError, TooLong
from polisgraph.namespaces import PREFIXES
from polisgraph.tokens import is_open, pieces, tokens

DEEP = {
    "brackets": lambda n: "ASK { FILTER(" + "(" * n + "1" + ")" * n + ") }",
    "calls": lambda n: "ASK { FILTER(" + "ABS(" * n + "1" + ")" * n + ") }",
    "groups": lambda n: "ASK " + "{" * n + "}" * n,
    "optionals": lambda n: "ASK { " + "OPTIONAL {" * n + "}" * n + "}",
    "exists": lambda n: "ASK " + "{ FILTER EXISTS " * n + "{}" + "}" * n,
    "subselects": lambda n: "ASK " + "{ SELECT * " * n + "{}" + "}" * n,
    "lists": lambda n: "ASK { ?s ?p " + "(" * n + "1" + ")" * n + "}",
    "blank nodes": lambda n: "ASK { ?s ?p " + "[ ?p " * n + "1" + "]" * n + "}",
    "paths": lambda n: "ASK { ?s " + "(" * n + "<http://example.org/p>" + ")" * n + " ?o }",
    "triple terms": lambda n: "ASK { " + "<<" * n + " ?a ?b ?c " + ">> ?b ?c " * n + "}",
    "comparisons": lambda n: "ASK { FILTER(1" + "<(1" * n + ")" * n + ") }",
}
LONG = {
    "or": lambda n: "ASK { ?s ?p ?o FILTER(" + "||".join(["?o"] * n) + ") }",
    "and": lambda n: "ASK { ?s ?p ?o FILTER(" + "&&".join(["?o"] * n) + ") }",
    "sum": lambda n: "ASK { ?s ?p ?o FILTER(" + "+".join(["?o"] * n) + ") }",
    "not": lambda n: "ASK { FILTER(" + "!" * n + "true) }",
    "path": lambda n: "ASK { ?s " + "/".join(["<a:a>"] * n) + " ?o }",
    "alternatives": lambda n: "ASK { ?s " + "|".join(["<a:a>"] * n) + " ?o }",
    "optional": lambda n: "ASK { " + "OPTIONAL {?s ?p ?o}" * n + "}",
    "union": lambda n: "ASK { " + "UNION".join(["{}"] * n) + "}",
    "minus": lambda n: "ASK { " + "MINUS {?s ?p ?o}" * n + "}",
    "bind": lambda n: "ASK { " + "".join(f"BIND(1 AS ?v{i})" for i in range(n)) + "}",
    "expressions": lambda n: "SELECT " + "".join(f"(1 AS ?v{i})" for i in range(n)) + "{}",
}


@pytest.mark.parametrize("kind", DEEP)
def test_depth_is_capped_far_from_a_crash(kind: str, pool: LocalEngine) -> None:
    pool.query(Query(DEEP[kind](MAX_DEPTH // 2)))
    with pytest.raises(BadQuery, match="deep"):
        check(DEEP[kind](MAX_DEPTH + 1), 65_536)
    with pytest.raises(BadQuery, match="deep"):
        pool.query(Query(DEEP[kind](3_000)))


def test_depth_cannot_hide_in_what_looks_like_an_iri() -> None:
    with pytest.raises(BadQuery, match="deep"):
        check("ASK { FILTER(1<" + "(" * 500 + "1" + ")" * 500 + ">0) }", 65_536)


@pytest.mark.parametrize("kind", sorted(DEEP.keys() - {"triple terms"}))
def test_the_second_parser_reads_as_deep(kind: str, pool: LocalEngine) -> None:
    text = DEEP[kind](MAX_DEPTH // 2).replace("ASK ", "ASK FROM <http://example.org/graph/a> ", 1)
    assert pool.query(Query(text)).form == "ASK"


@pytest.mark.parametrize("kind", LONG)
def test_length_of_chains_is_capped(kind: str) -> None:
    check(LONG[kind](MAX_OPERATORS // 4), 65_536)
    with pytest.raises(BadQuery, match="involved"):
        check(LONG[kind](MAX_OPERATORS + 2), 65_536)


def test_long_lists_are_not_chains() -> None:
    values = " ".join(f"<http://example.org/{i}>" for i in range(1_500))
    assert check(f"SELECT * {{ VALUES ?x {{ {values} }} }}", 65_536).form == "SELECT"
    assert check("SELECT * { VALUES ?x { " + "-1.5 " * 10_000 + "} }", 65_536).form == "SELECT"


def test_brackets_that_are_no_structure_do_not_count() -> None:
    many = "(" * 500
    for harmless in (f'"{many}"', f"'''{many}'''", f'"""\n"{many}\n"""', f"1 # {many}\n"):
        assert check(f"ASK {{ ?s ?p {harmless} }}", 65_536).form == "ASK"
    assert check("ASK { VALUES ?x { " + "<http://example.org/a_(b>" * 300 + "} }", 65_536).form == "ASK"


def test_size_is_counted_in_bytes() -> None:
    text = "ASK {} # ä"
    assert check(text, 11).form == "ASK"
    with pytest.raises(TooLong) as caught:
        check(text, 10)
    assert caught.value.details["limit"] == 10


@pytest.mark.parametrize("text", ["ASK { ?s ?p '\x00' }", "ASK {\n\n \x0c}", r"ASK { ?s ?p '\u0007' }", "ASK {\x7f}"])
def test_control_characters(text: str) -> None:
    with pytest.raises(BadQuery, match="control character"):
        check(text, 65_536)


@pytest.mark.parametrize("text", ["ASK { ?s ?p '\ud800' }", r"ASK { ?s ?p '\ud83d' }", r"ASK { ?s ?p '\U00110000' }"])
def test_half_characters(text: str) -> None:
    with pytest.raises(BadQuery, match="Unicode"):
        check(text, 65_536)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("select * {}", "SELECT"),
        ("\ufeff# ASK\nDescribe <a:a>", "DESCRIBE"),
        ("BASE <http://ask/> PREFIX insert: <a:> PREFIX : <b:>\nCONSTRUCT WHERE {}", "CONSTRUCT"),
        (r"\u0041SK {}", "ASK"),
        ("", None),
        ("# SELECT", None),
        ("SELCT * {}", None),
        ("{} SELECT", "SELECT"),
    ],
)
def test_form(text: str, form: str | None) -> None:
    assert check(text, 65_536).form == form


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <a:a> <a:a> <a:a> }",
        "delete where { ?s ?p ?o }",
        "LOAD <http://127.0.0.1/>",
        "LOAD SILENT <http://127.0.0.1/> INTO GRAPH <a:a>",
        "CLEAR ALL",
        "DROP ALL",
        "CREATE GRAPH <a:a>",
        "ADD <a:a> TO <b:b>",
        "MOVE <a:a> TO <b:b>",
        "COPY <a:a> TO <b:b>",
        "WITH <a:a> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "PREFIX a: <a:> # SELECT\nBASE <b:b>\nInSeRt { ?s ?p ?o } WHERE {}",
        r"\u0044ROP ALL",
    ],
)
def test_updates_are_forbidden(text: str) -> None:
    with pytest.raises(Forbidden, match="update"):
        check(text, 65_536)


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { BIND("LOAD <http://x/>" AS ?x) }',
        "PREFIX load: <a:> SELECT * { ?insert load:delete 'DROP ALL' } # CLEAR ALL",
        "SELECT ?service { ?service <http://example.org/SERVICE> 'service' }",
        'PREFIX service: <a:> SELECT * { ?x service:SERVICE "SERVICE" } # SERVICE <http://x/> {}',
        "SELECT ?from { ?from <http://example.org/FROM> 'from' }",
    ],
)
def test_words_in_literals_names_and_comments_are_harmless(text: str, worker: StoreWorker) -> None:
    assert worker.answer(Query(text)).form == "SELECT"


@pytest.mark.parametrize("call", ["NOW()", "rand ()", "UUID#\n()", "STRUUID()", "BNODE('x')", r"\u004eOW()"])
def test_what_changes_from_run_to_run_is_volatile(call: str) -> None:
    assert check(f"SELECT ({call} AS ?x) {{}}", 65_536).volatile
    assert not check("SELECT ?known ?brand { ?known ?brand 1 }", 65_536).volatile


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("SELECT *\n{\n  ?s ?p ?o .\n  FILTER(?x y)\n}", (4, 13), "y cannot"),
        ("SELECT *\r\n{\r\n  ?s ?p ?o .\r\n  FILTER(?x y)\r\n}", (4, 13), "y cannot"),
        ("SELECT *\r{\r?s ?p }", (3, 7), "} cannot"),
        ("SELECT * {\n ?s ?p ?o\n ?a ?b ?c\n}", (3, 2), "?a cannot"),
        ('SELECT * { ?é ?p """\nä\n""" FILTER( }', (3, 13), "} cannot"),
        ("SELECT *\n{ ?s ?p '\\u00e9\\u00e9' ;\n\\u0041 }", (3, 1), "A cannot"),
        ("SELECT * { ?s ?p '\\u00e9\\u00e9' ; y }", (1, 35), "y cannot"),
        ("SELECT * {\n\n", (1, 11), "too early"),
        ("", (1, 1), "too early"),
        ("SELCT * {}", (1, 1), "SELCT"),
        ("SELECT * { ?s ?p ?o } ; DROP ALL", (1, 23), "; cannot"),
        ("SELECT * { ?s ?p 'abc }\n", (1, 18), "not closed"),
        ("SELECT * {\n?s ?p '''abc' }", (2, 7), "not closed"),
        ('SELECT * {\n?s ?p """abc" }', (2, 7), "not closed"),
        ("SELECT * { ?s org:role ?o }", (1, 15), "PREFIX org: <http://www.w3.org/ns/org#>"),
        ("SELECT * { ?s <role> ?o }", (1, 15), "not an absolute IRI"),
        ("SELECT ?s { ?s ?p ?o } GROUP BY ?p", (1, 35), "grouped"),
        ("SELECT * { BIND(1 AS ?x) BIND(2 AS ?x) }", (1, 40), "BIND"),
        ("SELECT * { VALUES (?a ?b) { (1) } }", (1, 33), "VALUES"),
        ("SELECT * FROM <http://example.org/graph/a>\n{ ?s ?p }", (2, 9), "} cannot"),
    ],
)
def test_syntax_errors_say_where_and_what(text: str, place: tuple[int, int], words: str, worker: StoreWorker) -> None:
    with pytest.raises(BadQuery) as caught:
        worker.answer(Query(text))
    assert (caught.value.details["line"], caught.value.details["column"]) == place
    assert words in str(caught.value)
    assert f"line {place[0]}, column {place[1]}" in str(caught.value)


def test_a_query_in_order_has_no_diagnosis() -> None:
    assert (
        syntax_error(check("SELECT (-1 AS ?x) { ?s !<a:a>/^<b:b>* '''a'''@de-AT , -2.5e3 }", 65_536), PREFIXES) is None
    )


@pytest.mark.parametrize(
    "piece",
    ["'''", '"""a', '"""\\', '"\\', "a.", "a-", "<a", ":.", "1.", "?", "_:", "a:%", ".1", "\\u0041", "'a", "((a"],
)
def test_no_text_takes_the_gate_long(piece: str, pool: LocalEngine) -> None:
    with pytest.raises(QueryError) as caught:
        pool.query(Query("SELECT * { " + piece * (64_000 // len(piece))))
    assert isinstance(caught.value, BadQuery)


def test_a_full_stop_behind_a_name_is_no_part_of_it() -> None:
    # Every Python 3.11 must find the same tokens: what it finds decides what is refused.
    pieces = [token.text for token in tokens('ex:a. ex:. _:b. :b.c. \'a\\\'b\' """a""b""" 1.5e3')]
    assert pieces == ["ex:a", ".", "ex:", ".", "_:b", ".", ":b.c", ".", "'a\\'b'", '"""a""b"""', "1.5e3"]


@pytest.mark.parametrize("rest", ["", "'", '"""""', "'''a", '"a\\"'])
def test_what_is_found_quickly_is_what_is_found_with_its_kind(rest: str) -> None:
    whole = 'PREFIX a: <b#c>#d\n\n # e\nASK{?x a:b.c \'\'@de,"""f\'""";-1.5e3^^<(g>.ſ<<\\\u00a0' + rest
    slowly = list(tokens(whole))
    end = next((token.start for token in slowly if token.kind == "open"), len(whole))
    quickly = [piece for piece in pieces(whole) if piece]
    assert quickly == [token.text for token in slowly if token.start < end] + [whole[end:]] * bool(rest)
    assert is_open(quickly[-1]) is bool(rest)
