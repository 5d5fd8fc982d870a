"""The blueprint that the routes of the registry share."""

from flask import Blueprint

bp = Blueprint("registry", __name__, template_folder="../templates")

PUBLIC_LIMIT = "60 per minute"
LONGEST_TYPED = 100
