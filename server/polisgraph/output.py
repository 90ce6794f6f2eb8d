"""Writes the file that a command makes: it appears whole or not at all. Makes no content."""

import os
from pathlib import Path

from polisgraph.errors import SourceError


def write_file(path: Path, content: bytes) -> None:
    """Put `content` in the place of what is at `path`; raise SourceError if that fails, and what was there stays.

    A file keeps its mode. What is there and no file, such as /dev/stdout, is written to.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
            return
        with draft.open("wb") as file:
            file.write(content)
        if path.exists():
            draft.chmod(path.stat().st_mode)
        draft.replace(path)
    except OSError as error:
        raise SourceError(f"cannot be written: {error.strerror}; what was there stays", path) from None
    finally:
        draft.unlink(missing_ok=True)
