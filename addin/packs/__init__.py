"""Audit packs: one ZIP that holds a month, with a manifest, a signature, and what is needed to check both alone."""
