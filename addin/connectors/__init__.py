"""Ways out of the register: as files into the outbox folder, or over HTTP to a ticket tool.

A connector takes one text and answers with a receipt, or says why not and whether it is worth trying again. It knows
nothing of the journal: what was queued, sent or given up is recorded by `addin.outbox`.
"""

from addin.connectors.contract import Connector, Receipt, Undelivered
from addin.connectors.files import FileConnector

__all__ = ["Connector", "FileConnector", "Receipt", "Undelivered"]
