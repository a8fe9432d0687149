"""Claim letters, claim sets and the weekly list: what they need from the register, and what they leave in it."""
