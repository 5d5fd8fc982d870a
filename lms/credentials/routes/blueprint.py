"""The blueprint that the routes of credentials share."""

from flask import Blueprint

bp = Blueprint("credentials", __name__, template_folder="../templates")
