"""The rules: pure functions and models. No Excel, no files, no database, no clock, no environment."""
