"""The Reconciliation Service API: its words on one side, the matcher's on the other. Knows no HTTP and no framework.

`version02` and `version1` read and write the messages of versions 0.2 (final community group report, 2023) and 1.0
(draft) of the specification, https://www.w3.org/community/reconciliation/. Both put the same questions to a `Service`.
"""

from polisgraph.reconciliation.service import Service

__all__ = ["Service"]
