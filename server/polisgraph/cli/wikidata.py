"""`polisgraph wikidata`: what goes back to Wikidata. The work itself is elsewhere."""

from pathlib import Path

import click

from polisgraph.cli.settings import settable
from polisgraph.errors import SourceError
from polisgraph.settings import Settings
from polisgraph.snapshot import current


@click.group()
def wikidata() -> None:
    """Give back to Wikidata what its items lack.

    \b
    Example:
      polisgraph wikidata quickstatements --explain
    """


@wikidata.command()
@settable("home")
@click.option(
    "--explain", is_flag=True, help="Say of each line where it comes from, and of all else why it is left out."
)
@click.option("--endpoint", metavar="URL", help="SPARQL endpoint in Wikidata's shape; only what it lacks is written.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write the lines to.")
def quickstatements(settings: Settings, explain: bool, endpoint: str | None, output: Path | None) -> None:
    """Write memberships as lines for QuickStatements (version 1): member of, with times and references.

    Only memberships whose member and network have a confirmed item, on the word of a page of the member or the network
    or an article of an encyclopaedia, and only what no source contradicts. Nothing is sent anywhere. Without --endpoint
    it is not known what Wikidata has already.

    \b
    Example:
      polisgraph wikidata quickstatements --explain
      polisgraph wikidata quickstatements -o memberships.txt --endpoint https://query.wikidata.org/sparql
    """
    import pyoxigraph as ox

    from polisgraph.wikidata import LeftOut, Proposal, known_memberships, line, read_claims, select
    from polisgraph.wikidata.quickstatements import explained, left_out, summary

    claims = read_claims(ox.Store.read_only(str(current(settings.home).store_path)))
    linked = {claim.member_item for claim in claims if claim.member_item and claim.network_item}
    known = known_memberships(endpoint, linked) if endpoint else None
    found = select(claims, known)
    proposals = [one for one in found if isinstance(one, Proposal)]
    others = [one for one in found if isinstance(one, LeftOut)]
    lines = [line(proposal) for proposal in proposals]
    if explain:
        for text in (
            *(text for one in proposals for text in explained(one)),
            *(t for one in others for t in left_out(one)),
        ):
            click.echo(text)
    elif output is None:
        for text in lines:
            click.echo(text)
    if output is not None:
        _write(output, "".join(f"{text}\n" for text in lines))
    click.echo(summary(len(proposals), others), err=True)
    if endpoint is None and proposals:
        click.echo("It is not known which of them Wikidata has already; --endpoint leaves those out.", err=True)


def _write(path: Path, text: str) -> None:
    """Write the file whole or not at all."""
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise SourceError(f"cannot be written: {error.strerror}", path) from None
