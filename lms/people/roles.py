"""The roles, where the slice that keeps them would look for them."""

from lms.permissions import STAFF, Role

__all__ = ["STAFF", "Role"]
