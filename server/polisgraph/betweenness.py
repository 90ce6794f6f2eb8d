"""How much members connect networks: betweenness in the graph of members and networks. Knows no store and no rule.

Only networks are ends (betweenness of subsets, Brandes 2008): a pair of them counts the same, whatever their size. So
there are few places to go out from, and the figure costs little where betweenness among all members would cost minutes:
rustworkx takes 13 s for that over 12,000 members, and the time grows with their square. Members of the same networks
have the same betweenness, so that a group of them is one node with a number.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class _Node:
    """A network, or a group of members of the same networks."""

    size: int
    """How many there are of it."""
    next: list[int] = field(default_factory=list)


def betweenness(memberships: Iterable[tuple[str, str]]) -> dict[str, float]:
    """Return the betweenness of each member of several networks; `memberships` pairs members with networks.

    That is the share, from 0 to 1, of the pairs of networks whose shortest connection over members that they share, or
    over further networks, leads over the member; where several are equally short, the part of these that do. For other
    members it is 0.
    """
    networks_of: dict[str, set[str]] = defaultdict(set)
    for member, network in memberships:
        networks_of[member].add(network)
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for member, joined in networks_of.items():
        groups[tuple(sorted(joined))].append(member)
    place = {name: number for number, name in enumerate(sorted(set().union(*networks_of.values())))}
    nodes = [_Node(1) for _ in place]
    several = sorted(networks for networks in groups if len(networks) > 1)
    for number, networks in enumerate(several, len(nodes)):
        nodes.append(_Node(len(groups[networks]), [place[name] for name in networks]))
        for name in networks:
            nodes[place[name]].next.append(number)
    over = _over(nodes, len(place))
    pairs = len(place) * (len(place) - 1)
    return {
        member: over[number] / pairs
        for number, networks in enumerate(several, len(place))
        for member in groups[networks]
    }


def _over(nodes: list[_Node], ends: int) -> list[float]:
    """Return for each of `nodes` how many shortest connections of the first `ends` lead over one of it, in both
    directions."""
    over = [0.0] * len(nodes)
    for source in range(ends):
        far, paths, order = [-1] * len(nodes), [0] * len(nodes), [source]
        far[source], paths[source] = 0, 1
        for node in order:
            step, ways = far[node] + 1, paths[node] * nodes[node].size
            for other in nodes[node].next:
                if far[other] < 0:
                    far[other] = step
                    order.append(other)
                if far[other] == step:
                    paths[other] += ways
        # For each path to a node, the ends that it leads to or on to.
        behind = [0.0] * len(nodes)
        for node in reversed(order):
            step = far[node] + 1
            onward = sum(nodes[other].size * behind[other] for other in nodes[node].next if far[other] == step)
            behind[node] = onward + (1 / paths[node] if node < ends else 0)
            if node != source:
                over[node] += paths[node] * onward
    return over
