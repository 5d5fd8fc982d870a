"""Verifiers written by others judge what we issue: `bin/lms check-interop`."""
