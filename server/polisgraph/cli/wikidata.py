"""`polisgraph wikidata`: what goes back to Wikidata, and what it says of our items. The work itself is elsewhere."""

from pathlib import Path

import click

from polisgraph.cli.inquiry import asks, contact_option, inquiry
from polisgraph.cli.settings import settable
from polisgraph.output import write_file
from polisgraph.settings import Settings
from polisgraph.snapshot import current

DIFFERENCES = 3
"""Exit status if Wikidata was asked and something differs: neither success nor an error."""


@click.group()
def wikidata() -> None:
    """Compare with Wikidata, find missing items there, give back what it lacks.

    \b
    Example:
      polisgraph wikidata quickstatements --explain
    """


@wikidata.command()
@settable("home")
@asks
@click.option(
    "--distance",
    type=click.FloatRange(min=0, min_open=True),
    default=10.0,
    show_default=True,
    metavar="KM",
    help="Kilometres up to which coordinates may differ.",
)
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def verify(
    settings: Settings,
    endpoint: str,
    contact: str,
    gazetteer: bool,
    cache: Path | None,
    max_age: float,
    distance: float,
    form: str,
) -> None:
    """Ask Wikidata about every linked item, and print where it and our data disagree. Changes nothing.

    Compared are whether the item is still there or was merged into another, what kind of thing it is, its country,
    municipality or district key and coordinates, and memberships (P463) with their times, as precise as both sides
    are, of members and networks that are both linked. Where one side says nothing there is no disagreement.

    Wikidata is asked about 50 items at a time. After a failure it is asked again, later and later, or when it says.
    What it said is kept, so that a run that broke off goes on where it stopped.

    Exit status 0 if all agree, 3 if something differs, 1 if Wikidata gave no whole answer.

    \b
    Example:
      polisgraph wikidata verify
      polisgraph wikidata verify --format csv > differences.csv
    """
    import pyoxigraph as ox

    from polisgraph.wikidata.cache import Cache, default_path
    from polisgraph.wikidata.claims import read_claims
    from polisgraph.wikidata.differences import FORMATS
    from polisgraph.wikidata.entities import read_entities, read_places
    from polisgraph.wikidata.items import fetch_items
    from polisgraph.wikidata.known import known_memberships
    from polisgraph.wikidata.verifying import compare_memberships, compare_things

    store = ox.Store.read_only(str(current(settings.home).store_path))
    entities = read_entities(store)
    things = read_places(store) if gazetteer else entities
    linked = {number for thing in things.values() for number in thing.items}
    # Of places in the gazetteer our data states no memberships.
    claims = [] if gazetteer else read_claims(store)
    with inquiry(endpoint, contact, Cache(cache or default_path(), endpoint, max_age)) as asking:
        items = fetch_items(asking, linked)
        known = {} if gazetteer else known_memberships(asking, linked)
    found = [
        *compare_things(things, items, entities, distance),
        *compare_memberships(claims, known, entities, items),
    ]
    click.echo(FORMATS[form](found), nl=False)
    told = f"{len(found)} disagreements" if len(found) != 1 else "1 disagreement"
    click.echo(f"{len(linked)} items compared with {endpoint}: {told if found else 'all agree'}.", err=True)
    if found:
        click.get_current_context().exit(DIFFERENCES)


@wikidata.command()
@settable("home")
@asks
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of candidates to write, .ttl; what it holds of other programs stays. Without it they are printed.",
)
def resolve(
    settings: Settings,
    endpoint: str,
    contact: str,
    gazetteer: bool,
    cache: Path | None,
    max_age: float,
    output: Path | None,
) -> None:
    """Look for the items of what has none, by keys that only one thing has, and put them up for review.

    Keys are the official website (P856; http or https, www. and the last slash make no difference), the article of
    Wikipedia, ROR (P6782), GND (P227), ISNI (P213), municipality key (P439) and district key (P440). A name finds
    nothing; name, kind and country are told as what speaks for or against. What was rejected is not proposed again,
    nor an item that something else has. Nothing is linked by this: a person decides, with `polisgraph review`, which
    takes the file.

    \b
    Example:
      polisgraph wikidata resolve
      polisgraph wikidata resolve -o candidates.ttl
      polisgraph wikidata resolve --gazetteer -o places.ttl
    """
    import pyoxigraph as ox

    from polisgraph.links import write_candidates
    from polisgraph.wikidata.cache import Cache, default_path
    from polisgraph.wikidata.candidates import of_others
    from polisgraph.wikidata.entities import read_decided, read_entities, read_places
    from polisgraph.wikidata.resolving import keys_of, resolve, told

    others = of_others(output) if output else []
    store = ox.Store.read_only(str(current(settings.home).store_path))
    entities = read_entities(store)
    things = read_places(store) if gazetteer else entities
    unlinked = [thing for thing in things.values() if not thing.items]
    with inquiry(endpoint, contact, Cache(cache or default_path(), endpoint, max_age)) as asking:
        found = resolve(asking, things, entities, read_decided(store))
    if output:
        write_file(output, write_candidates([*others, *found]).encode())
    for link in found if not output else ():
        click.echo(told(link))
    without = sum(not any(keys_of(thing)) for thing in unlinked)
    proposed = len({link.thing for link in found})
    click.echo(
        f"{len(unlinked)} things have no item; {without} of them no key to look for. "
        f"Candidates: {len(found)}, for {proposed} things" + (f"; written to {output}." if output else "."),
        err=True,
    )


@wikidata.command()
@settable("home")
@click.option(
    "--explain", is_flag=True, help="Say of each line where it comes from, and of all else why it is left out."
)
@click.option("--endpoint", metavar="URL", help="SPARQL endpoint in Wikidata's shape; only what it lacks is written.")
@contact_option
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write the lines to.")
def quickstatements(settings: Settings, explain: bool, endpoint: str | None, contact: str, output: Path | None) -> None:
    """Write memberships as lines for QuickStatements (version 1): member of, with times and references.

    Only memberships whose member and network have a confirmed item, on the word of a page of the member or the network
    or an article of an encyclopaedia, and only what no source contradicts. Nothing is sent anywhere. Without --endpoint
    it is not known what Wikidata has already; with it that is asked anew every time.

    \b
    Example:
      polisgraph wikidata quickstatements --explain
      polisgraph wikidata quickstatements -o memberships.txt --endpoint https://query.wikidata.org/sparql
    """
    import pyoxigraph as ox

    from polisgraph.wikidata import LeftOut, Proposal, known_memberships, line, read_claims, select
    from polisgraph.wikidata.items import check_is_wikidata
    from polisgraph.wikidata.quickstatements import explained, left_out, summary

    claims = read_claims(ox.Store.read_only(str(current(settings.home).store_path)))
    linked = {claim.member_item for claim in claims if claim.member_item and claim.network_item}
    known = None
    if endpoint:
        # What is given back must be missing now, not yesterday.
        with inquiry(endpoint, contact) as asking:
            check_is_wikidata(asking)
            known = known_memberships(asking, linked)
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
        write_file(output, "".join(f"{text}\n" for text in lines).encode())
    click.echo(summary(len(proposals), others), err=True)
    if endpoint is None and proposals:
        click.echo("It is not known which of them Wikidata has already; --endpoint leaves those out.", err=True)
