"""How much members connect networks: betweenness in the graph of members and networks. Knows no store and no rule.

Only networks are ends: a pair of them counts the same, whatever their size. So there are few places to go out from, and
the figure costs little where betweenness among all members would cost minutes.
"""

from collections import defaultdict
from collections.abc import Iterable


def betweenness(memberships: Iterable[tuple[str, str]]) -> dict[str, float]:
    """Return the betweenness of each member of several networks; `memberships` pairs members with networks.

    That is the share, from 0 to 1, of the pairs of networks whose shortest connection over members that they share, or
    over further networks, leads over the member; where several are equally short, the part of these that do (Brandes
    2008, section 3.3). For other members it is 0.
    """
    # Here, not above: it takes longer to come in than most commands run.
    from networkx import Graph, betweenness_centrality_subset

    networks_of: dict[str, set[str]] = defaultdict(set)
    for member, network in memberships:
        networks_of[member].add(network)
    # Numbers, because networkx looks nodes up all the time: with names it takes twice as long.
    ends = {name: number for number, name in enumerate(sorted(set().union(*networks_of.values())))}
    # Who is in one network only is on no way from one to another. In order, so that sums come out the same.
    several = sorted(member for member, joined in networks_of.items() if len(joined) > 1)
    members = {name: number for number, name in enumerate(several, len(ends))}
    graph: Graph[int] = Graph()
    graph.add_nodes_from(ends.values())
    graph.add_edges_from((members[name], ends[network]) for name in several for network in sorted(networks_of[name]))
    over = betweenness_centrality_subset(graph, list(ends.values()), list(ends.values()))
    pairs = len(ends) * (len(ends) - 1) / 2
    return {name: over[members[name]] / pairs for name in several}
