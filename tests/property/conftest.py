"""How generated tests run: without a time limit per example, since machines that build are shared and slow."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("casebook", deadline=None)
settings.load_profile("casebook")
