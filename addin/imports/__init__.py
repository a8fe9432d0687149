"""Files of other systems, read into rows: profiles, tables, checks, and the process of its own in which they are read.

A file comes from outside, so that nothing of it is parsed in the process that owns the register: `reader` starts one
with limits on memory and time, `worker` runs there. What comes back is checked again (`addin.logic.imports.rows`).
"""
