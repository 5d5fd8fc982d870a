"""How each kind of requirement is judged: from a case to a finding. Pure."""
