"""How each kind of requirement is read from a scheme file, and what a scheme as a whole may not say. Pure."""
