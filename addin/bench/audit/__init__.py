"""Measures and attacks the proof: `casebook bench audit` and `casebook bench attack`."""
