"""What holds for the project itself: its layout, its direction, its one version and its one base IRI."""

import ast
import re
import subprocess
import unicodedata
from pathlib import Path

import pyoxigraph as ox
import pytest

import polisgraph
from polisgraph import bundle
from polisgraph.namespaces import BASE, PREFIXES, expand, shorten

ROOT = bundle.ROOT
PACKAGE = ROOT / "server" / "polisgraph"

ORDER = [
    "namespaces", "errors", "settings", "metrics", "room", "journal", "bundle", "output", "tokens", "folding",
    "countries", "gazetteer",
    "load", "links", "lines", "findings", "places", "validate", "betweenness", "figures", "rules", "fixpoint", "derive",
    "explain", "reason", "results", "reports", "description", "seal", "dumps", "disk", "snapshot", "history", "archive",
    "engine", "build", "lastbuild", "watch", "checking", "federation", "publish", "linking", "importing", "wikidata",
    "reconciliation", "review", "web", "cli", "__main__",
]  # fmt: skip
"""The one direction: a module imports only from what stands before it."""


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "polisgraph":
            parts = node.module.split(".")
            names |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("polisgraph.")}
    return names - {"__version__"}


def test_modules_import_only_from_their_left() -> None:
    modules = {p: p.relative_to(PACKAGE).parts[0].removesuffix(".py") for p in PACKAGE.rglob("*.py")}
    assert set(modules.values()) - {"__init__"} == set(ORDER)
    for path, module in modules.items():
        if module != "__init__":
            wrong = {name for name in imported(path) if ORDER.index(name) > ORDER.index(module)}
            assert not wrong, f"{path} imports {wrong}"


def test_every_module_says_its_job() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def test_the_top_level_is_the_fixed_one() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    top = {name.split("/")[0] for name in listed if name and not name.startswith(".")}
    assert top <= {
        "pyproject.toml", "ontology", "data", "server", "queries", "tests",
        "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile",
    }  # fmt: skip


def test_one_version() -> None:
    version = polisgraph.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## \[?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)[0] == version
    header = (bundle.ONTOLOGY / "polisgraph.ttl").read_text(encoding="utf-8")
    assert f'owl:versionInfo "{version}"' in header and f"ontology/{version}>" in header


def authored() -> list[Path]:
    folders = [
        (bundle.ONTOLOGY, "**/*.*"),
        (bundle.DATA, "*"),
        (bundle.QUERIES, "*.rq"),
        (PACKAGE, "**/*.rq"),
    ]
    return [path for folder, pattern in folders for path in folder.glob(pattern) if path.suffix in (".ttl", ".rq")]


@pytest.mark.parametrize("path", authored(), ids=lambda path: path.name)
def test_prefixes_are_those_of_the_one_table(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    known = PREFIXES | {
        "formats": "http://www.w3.org/ns/formats/",
        "void-ext": "http://ldf.fi/void-ext#",
        "oparl": "https://schema.oparl.org/1.1/",
        "p": "http://www.wikidata.org/prop/",
        "ps": "http://www.wikidata.org/prop/statement/",
        "pq": "http://www.wikidata.org/prop/qualifier/",
        "pqv": "http://www.wikidata.org/prop/qualifier/value/",
        "wdt": "http://www.wikidata.org/prop/direct/",
        "wikibase": "http://wikiba.se/ontology#",
    }
    found = re.findall(r"^@?prefix\s+([\w-]*):\s+<([^>]*)>", text, re.IGNORECASE | re.MULTILINE)
    for prefix, iri in found:
        assert known.get(prefix) == iri, f"{path.name}: {prefix}"
        assert re.search(rf"(?<![\w:-]){prefix}:", text.split(f"<{iri}>", 1)[1]) or prefix == "", f"{prefix} is unused"


def test_no_other_base_occurs() -> None:
    for path in [*authored(), *PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html")]:
        for host in re.findall(r"https?://[\w.-]*polisgraph[^\s\"'<>)]*", path.read_text(encoding="utf-8")):
            assert host.startswith(BASE.rstrip("/")), f"{path}: {host}"
        for iri in re.findall(r"https?://w3id\.org/[\w/-]*", path.read_text(encoding="utf-8")):
            assert iri.startswith((BASE.rstrip("/"), PREFIXES["sssom"])), f"{path}: {iri}"


def test_all_authored_text_is_in_normal_form() -> None:
    for path in authored():
        text = path.read_text(encoding="utf-8")
        assert unicodedata.is_normalized("NFC", text), path


def test_names_are_shortened_and_expanded() -> None:
    assert shorten(BASE + "id/network/eccar") == "net:eccar"
    assert shorten("http://example.org/x") == "<http://example.org/x>"
    assert shorten(PREFIXES["net"] + "a/b") == f"<{PREFIXES['net']}a/b>"
    assert expand("net:eccar") == BASE + "id/network/eccar"
    assert expand("<http://example.org/x>") == expand("http://example.org/x") == "http://example.org/x"
    with pytest.raises(KeyError):
        expand("nothing")
    assert ox.NamedNode(expand("country:DEU"))
