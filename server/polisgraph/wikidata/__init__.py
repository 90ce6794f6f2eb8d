"""Wikidata: where it and our graph disagree, and what could go back to it. Changes neither."""

from polisgraph.wikidata.claims import Claim, read_claims
from polisgraph.wikidata.known import Known, known_memberships
from polisgraph.wikidata.quickstatements import line
from polisgraph.wikidata.selection import LeftOut, Proposal, select

__all__ = ["Claim", "Known", "LeftOut", "Proposal", "known_memberships", "line", "read_claims", "select"]
