"""`python -m tests.fuzz [--seconds 300] [TARGET …]` sends texts for a time; one that breaks a target becomes a seed."""

import argparse
import hashlib
import random
import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded

from tests.fuzz.targets import TARGETS

SEEDS = Path(__file__).parent / "seeds"
_ROUND = 500


def fuzz(name: str, seconds: float) -> str | None:
    """Fuzz a target for `seconds` or until it breaks; return the shortest text found that breaks it, having kept it."""
    target, end = TARGETS[name], time.monotonic() + seconds
    broken: list[str] = []
    sent = 0

    def hold(text: str) -> None:
        nonlocal sent
        sent += 1
        try:
            target.hold(text)
        except BaseException:
            broken.append(text)
            raise

    while time.monotonic() < end:
        run = settings(
            max_examples=_ROUND, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=False
        )(given(target.send)(hold))
        try:
            seeded(random.getrandbits(64))(run)()
        except BaseException as error:
            # Hypothesis ends with the smallest example that it has found.
            text = broken[-1]
            content = text.encode("utf-8", "surrogatepass")
            path = SEEDS / name / f"{hashlib.sha256(content).hexdigest()[:12]}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            print(f"{name}: broken by {text!r}: {type(error).__name__}: {error}\n  kept as {path}", file=sys.stderr)
            return text
    print(f"{name}: {sent} texts in {seconds:g} s, none broke it")
    return None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="time for each target (default 60)")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; default all")
    asked = parser.parse_args()
    unknown = set(asked.targets) - TARGETS.keys()
    if unknown:
        parser.error(f"no target: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    if [name for name in asked.targets or TARGETS if fuzz(name, asked.seconds) is not None]:
        sys.exit(1)


if __name__ == "__main__":
    main()
