"""How many cores and how much memory this process may use: the machine's, or less where a control group says so.

Reads version 1 and 2 of control groups, because containers and service managers limit by them what `os.cpu_count`
and the size of the memory do not tell.
"""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class Machine:
    """`cores` that this process may use, a part of one counts as one, and `memory` in bytes."""

    cores: int
    memory: int


@lru_cache(maxsize=1)
def this_machine() -> Machine:
    """Return what this process has; it is asked once."""
    return measure(Path("/"), len(os.sched_getaffinity(0)), os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))


def measure(root: Path, cores: int, memory: int) -> Machine:
    """Return `cores` and `memory`, or less if a control group below `root`/sys/fs/cgroup allows less."""
    quotas = [quota for group in _groups(root, "cpu") if (quota := _cores(group)) is not None]
    limits = [limit for group in _groups(root, "memory") if (limit := _memory(group)) is not None]
    return Machine(max(1, min([cores, *map(math.ceil, quotas)])), min([memory, *limits]))


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """Yield the folders of this process's control group and of those around it: each of them limits it."""
    mount = root / "sys/fs/cgroup"
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers and controller not in controllers.split(","):
            continue
        top = mount / controller if controllers else mount
        group = top / path.strip("/")
        # In a container the path may be the host's, where only the top is to be seen.
        while group != top:
            yield group
            group = group.parent
        yield top


def _cores(group: Path) -> float | None:
    quota, period = ([*_text(group / "cpu.max").split(), "", ""])[:2]
    if not quota:
        quota, period = (_text(group / f"cpu.cfs_{name}_us").strip() for name in ("quota", "period"))
    return int(quota) / int(period) if quota.isdigit() and period.isdigit() and int(period) > 0 else None


def _memory(group: Path) -> int | None:
    limit = (_text(group / "memory.max") or _text(group / "memory.limit_in_bytes")).strip()
    return int(limit) if limit.isdigit() and int(limit) > 0 else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""
