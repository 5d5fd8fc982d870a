"""What every HTML form shares: the error summary, and faults that a service found."""

from typing import Any

from flask_wtf import FlaskForm

from lms.errors import Invalid


class Form(FlaskForm):
    """A form that redraws with what was typed and one sentence per fault."""

    def show(self, fault: Invalid) -> None:
        """Put a service's fault beside the field it names, or above the form when it names none."""
        field = self._fields.get(fault.field)
        if field is None:
            self.form_errors.append(fault.message)
        else:
            field.errors = [*field.errors, fault.message]

    @property
    def faults(self) -> list[tuple[str | None, str]]:
        """Every fault as (id of the field or None, sentence), in the order of the page."""
        found: list[tuple[str | None, str]] = [(None, str(text)) for text in self.form_errors]
        for field in self:
            found += [(field.id, text) for text in _sentences(field.errors)]
        return found


def _sentences(errors: Any) -> list[str]:
    if isinstance(errors, dict):
        return [text for value in errors.values() for text in _sentences(value)]
    if isinstance(errors, list | tuple):
        return [text for value in errors for text in _sentences(value)]
    return [str(errors)]
