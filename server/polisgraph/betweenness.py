"""How much members connect networks: betweenness in the graph of networks. Knows no store and no rule.

Only networks are ends: a pair of them counts the same, whatever their size.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations


def betweenness(memberships: Iterable[tuple[str, str]]) -> dict[str, float]:
    """Return the betweenness of each member of several networks; `memberships` pairs members with networks.

    That is the share, from 0 to 1, of the pairs of networks whose shortest connection over members that they share, or
    over further networks, leads over the member; where several are equally short, the part of these that do (Brandes
    2008, section 3.3). For other members it is 0.
    """
    # Here, not above: it takes longer to come in than most commands run.
    from rustworkx import PyGraph, graph_edge_betweenness_centrality

    networks_of: dict[str, set[str]] = defaultdict(set)
    for member, network in memberships:
        networks_of[member].add(network)
    ends = {name: number for number, name in enumerate(sorted(set().union(*networks_of.values())))}
    # In order, so that sums come out the same.
    several = {m: sorted(ends[name] for name in joined) for m, joined in sorted(networks_of.items()) if len(joined) > 1}
    # Two networks have an edge for each member of both. No shortest way leads over a member twice, for all its networks
    # are neighbours: what leads over its edges is what leads over the member.
    edges = [(member, one, other) for member, joined in several.items() for one, other in combinations(joined, 2)]
    graph: PyGraph[int, None] = PyGraph()
    graph.add_nodes_from(list(ends.values()))
    graph.add_edges_from_no_data([(one, other) for _, one, other in edges])
    # In one thread: several would add in any order.
    ways = graph_edge_betweenness_centrality(graph, normalized=False, parallel_threshold=len(ends) + 1)
    pairs = len(ends) * (len(ends) - 1) / 2
    over = dict.fromkeys(several, 0.0)
    for number, (member, _, _) in enumerate(edges):
        over[member] += ways[number] / pairs
    return over
