"""Credentials: numbered documents that are issued, drawn, suspended, replaced and revoked."""
