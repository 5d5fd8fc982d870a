"""Accounts, organisations, roles, attestations."""
