"""Linking: finds the entity or place that a record means, and says why. One matcher for all doors; opens none itself.

`read_index` asks an engine once for all there is to link to; a `Matcher` over it turns a `Record` into an `Outcome`.
"""

from polisgraph.linking.index import Index, read_index
from polisgraph.linking.matcher import Matcher
from polisgraph.linking.record import Candidate, Feature, Outcome, Record
from polisgraph.linking.target import SCHEMES, Target

__all__ = ["SCHEMES", "Candidate", "Feature", "Index", "Matcher", "Outcome", "Record", "Target", "read_index"]
