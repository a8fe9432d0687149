"""The book: sheet layout, live workbook operations, refresh, render."""
