"""Where peer specialists are trained, examined, supervised and certified."""
