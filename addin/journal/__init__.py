"""The truth: events in a database, chain, vault, witness."""
