"""Casebook: a Python-backed Excel add-in; the case register of a logistics team."""

__version__ = "0.1.0"
