"""`casebook bench reconcile`: what comparing a million lines costs, against a plain pandas merge and against the floor.

1. `generator` makes both files from a seed: matched lines, duplicates, splits, partial refunds, noise.
2. `peer` does the same job as pandas users do it; the floor is only reading both files and writing them as Parquet.
3. `oracle` says in plain Python what must come out; all three are compared line by line.
"""
