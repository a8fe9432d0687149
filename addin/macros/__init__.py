"""The door: what a click reaches."""
