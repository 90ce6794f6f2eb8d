"""A file that a command writes is there whole, or what was there stays."""

import os
from pathlib import Path

import pytest

from polisgraph.errors import SourceError
from polisgraph.output import write_file


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "links.ttl"
    write_file(path, b"first")
    path.chmod(0o600)
    with path.open("rb") as reader:
        write_file(path, b"second")
        # Who reads meanwhile has the old one whole.
        assert reader.read() == b"first"
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"second", 0o600)
    assert [each.name for each in tmp_path.iterdir()] == ["links.ttl"]


def test_what_is_no_file_is_written_to() -> None:
    end, begin = os.pipe()
    write_file(Path(f"/dev/fd/{begin}"), b"lines")
    os.close(begin)
    with os.fdopen(end, "rb") as reader:
        assert reader.read() == b"lines"


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "folder", tmp_path / "none" / "x.ttl"):
        with pytest.raises(SourceError, match="cannot be written"):
            write_file(path, b"x")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]
