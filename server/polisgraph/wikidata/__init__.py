"""Wikidata: what our graph could give back to it. Reads a snapshot, asks an endpoint if told to; changes neither."""

from polisgraph.wikidata.claims import Claim, read_claims
from polisgraph.wikidata.known import Known, known_memberships
from polisgraph.wikidata.quickstatements import line
from polisgraph.wikidata.selection import LeftOut, Proposal, select

__all__ = ["Claim", "Known", "LeftOut", "Proposal", "known_memberships", "line", "read_claims", "select"]
