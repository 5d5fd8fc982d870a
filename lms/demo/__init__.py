"""Demo data and its one-click sign-in; never part of a production start."""
