"""Examining: the bank of items, attempts, answers and results."""
