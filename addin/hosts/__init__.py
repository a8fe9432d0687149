"""Spreadsheet programs as xlwings engines."""
