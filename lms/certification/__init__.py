"""Certification: what a scheme asks, what a person's record shows, and who decided what."""
