"""Open Badges 3.0: the machine-readable face of a credential, its proof, and its status. Pure."""
