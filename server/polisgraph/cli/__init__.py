"""The command line: `polisgraph build | check | serve | query | report | …`. The work itself is elsewhere.

What a command needs is imported in the command: `serve` must not wait for the validator, nor `query` for the site.
"""

import click

from polisgraph import __version__
from polisgraph.cli.asking import explain, query
from polisgraph.cli.building import build, check, serve
from polisgraph.cli.gazetteer import gazetteer
from polisgraph.cli.group import Group
from polisgraph.cli.importing import import_command
from polisgraph.cli.link import link
from polisgraph.cli.publish import publish
from polisgraph.cli.report import report
from polisgraph.cli.review import review
from polisgraph.cli.settings import settings_command
from polisgraph.cli.snapshot import snapshot
from polisgraph.cli.wikidata import wikidata


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, package_name="polisgraph")
def main() -> None:
    """Which municipality sits in which city network, since when, in what role, and who says so."""


main.add_command(build)
main.add_command(check)
main.add_command(serve)
main.add_command(query)
main.add_command(explain)
main.add_command(gazetteer)
main.add_command(import_command)
main.add_command(link)
main.add_command(publish)
main.add_command(report)
main.add_command(review)
main.add_command(settings_command)
main.add_command(snapshot)
main.add_command(wikidata)
