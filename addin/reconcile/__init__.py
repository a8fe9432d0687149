"""Reconciliation at work: statements of many formats in, a million lines compared, a workbook of results out.

1. `profile` describes a format in TOML; `profiles/` holds those that come with Casebook; `sniff` finds the right one.
2. `source` and `bank` read files; `columns` makes exact amounts and days of their texts, or says which line is wrong.
3. `matching` runs the tiers of `addin.logic.reconcile` on whole columns, with `coding` and `candidates` below it.
4. `comparison` is one run on two sides; `pack` draws its workbook.

Nothing here knows a register; `addin.reconciling` brings the two together.
"""
