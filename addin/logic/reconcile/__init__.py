"""Reconciliation, the rules: which lines belong together, what the rest means, and the equation that proves it whole.

1. `tiers` says in which order lines are compared and what a find is worth; it is data, read by the matcher.
2. `reasons` is the list of exception codes with what to do about each.
3. `scope` says what belongs to a period and what is a matter of timing; `fx` when two currencies agree.
4. `equation` adds up what became of every line, so that nothing can be lost unseen.
5. `refunds` reads the register's side off the refund cases; `records` what a run leaves in the journal.

Reading files and comparing a million lines is done above, in `addin.reconcile`.
"""
