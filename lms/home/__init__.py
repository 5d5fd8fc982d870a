"""The first page after signing in: what comes next, read from every slice below."""
