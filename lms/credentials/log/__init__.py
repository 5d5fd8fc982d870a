"""The public log of what was issued: an append-only Merkle tree that anyone can check. Pure."""
