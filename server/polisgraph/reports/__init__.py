"""The reports: one `.rq` file each, with the query and all that site, command and graph say of it."""

from polisgraph.reports.bind import bind, choices, unasked
from polisgraph.reports.entities import Entities, Entity
from polisgraph.reports.excel import excel_csv
from polisgraph.reports.file import load_reports, read_report
from polisgraph.reports.lookup import EntityLookup
from polisgraph.reports.model import Case, Choice, Column, Parameter, Report, View

__all__ = [
    "Case",
    "Choice",
    "Column",
    "Entities",
    "Entity",
    "EntityLookup",
    "Parameter",
    "Report",
    "View",
    "bind",
    "choices",
    "excel_csv",
    "load_reports",
    "read_report",
    "unasked",
]
