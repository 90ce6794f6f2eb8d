"""`python -m polisgraph` is the command `polisgraph`."""

from polisgraph.cli import main

main(prog_name="polisgraph")
