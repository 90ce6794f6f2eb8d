"""Writes the list of reports into queries/README.md: `python -m polisgraph.reports`."""

from polisgraph.bundle import QUERIES
from polisgraph.reports import load_reports
from polisgraph.reports.catalogue import catalogue_list

readme = QUERIES / "README.md"
listing = catalogue_list(load_reports(QUERIES))
head = readme.read_text(encoding="utf-8").partition(listing.splitlines()[0])[0]
readme.write_text(head + listing, encoding="utf-8")
