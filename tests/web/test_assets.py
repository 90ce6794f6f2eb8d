"""What pages load beside themselves: built as the manifest says, sent so that it may be kept, named by its content."""

import hashlib
import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from polisgraph import bundle
from polisgraph.web import assets
from tests.web.conftest import Reader

UI = bundle.ROOT / "server" / "ui"
VENDOR = Path(assets.__file__).parent / "static" / "vendor"
BUILD = "the query editor and the pictures are not built: run python -m hatchling build --hooks-only"


@pytest.fixture(scope="module")
def manifest() -> dict[str, list[dict[str, str]]]:
    assert (VENDOR / "manifest.json").exists(), BUILD
    found: dict[str, list[dict[str, str]]] = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    return found


def test_the_manifest_matches_the_files(manifest: dict[str, list[dict[str, str]]]) -> None:
    listed = {file["name"]: file["sha256"] for file in manifest["files"]}
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.iterdir()}
    assert listed == {name: sum_ for name, sum_ in there.items() if name != "manifest.json"}
    assert assets.editor() and assets.pictures()


def test_they_are_made_from_the_lock_file_and_the_list_of_today(manifest: dict[str, str]) -> None:
    parts = [(UI / name).read_bytes() for name in ("package-lock.json", "hatch_build.py")]
    assert manifest["made_from"] == hashlib.sha256(b"".join(parts)).hexdigest(), BUILD


def test_each_package_comes_with_its_version_and_the_licences_of_all(
    manifest: dict[str, list[dict[str, str]]],
) -> None:
    wanted = json.loads((UI / "package.json").read_text(encoding="utf-8"))["dependencies"]
    came = {file["package"]: file["version"] for file in manifest["files"] if "package" in file}
    assert came == wanted
    locked = json.loads((UI / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    licences = (VENDOR / "licences.txt").read_text(encoding="utf-8")
    for name, package in locked.items():
        if name:
            assert f"{name.rpartition('node_modules/')[2]} {package['version']}: " in licences, name


def test_the_lock_file_has_a_hash_for_each_package_and_names_no_registry() -> None:
    locked = json.loads((UI / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    del locked[""]
    assert len(locked) > 50
    for name, package in locked.items():
        assert package["integrity"].startswith("sha512-") and "resolved" not in package, name


@pytest.mark.parametrize("name", ["style.css", "pictures.js", "vendor/d3.min.js", "vendor/countries-50m.json"])
def test_a_file_may_be_kept_for_good_under_the_address_of_its_content(client: FlaskClient, name: str) -> None:
    with client.application.test_request_context():
        address = assets.address(name)
    sent = client.get(address)
    content = (VENDOR.parent / name).read_bytes()
    assert sent.data == content and "immutable" in sent.headers["Cache-Control"]
    assert (
        sent.mimetype == {"css": "text/css", "js": "text/javascript", "json": "application/json"}[name.split(".")[-1]]
    )
    for other in ("", "?v=0123456789ab"):
        assert client.get(f"/static/{name}{other}").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["..%2Fsite.py", "vendor/../../site.py", "vendor/nothing.js", "vendor/"])
def test_nothing_else_is_sent(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code == 404


def test_without_them_pages_do_without(english: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {name: path for name, path in assets._files().items() if not name.startswith("vendor/")}
    monkeypatch.setattr(assets, "_files", lambda: own)
    assert not assets.editor() and not assets.pictures()
    page = english.get("/sparql?lang=en&report=")
    assert page.status == 200 and "vendor" not in page.source and "textarea" in page.source
