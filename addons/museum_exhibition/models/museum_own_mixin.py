# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.exceptions import ValidationError

# More is a slip of the keyboard, and beyond what the database can count.
MOST = {"integer": 1_000_000, "float": 1e9, "monetary": 1e9}


class MuseumOwnMixin(models.AbstractModel):
    """What all that staff write has in common: sound numbers, one museum."""

    _name = "museum.own.mixin"
    _description = "Record of a museum"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_numbers(vals)
        return super().create(vals_list)

    def write(self, vals):
        """:raise AccessError: it would go to a museum of others"""
        self._check_numbers(vals)
        result = super().write(vals)
        # Odoo asks before a write only, when the record still is one's own.
        if any(self._is_link(name) for name in vals):
            self.check_access("write")
        return result

    @api.model
    def _is_link(self, name):
        return name in self._fields and self._fields[name].type == "many2one"

    @api.model
    def _check_numbers(self, vals):
        """:raise ValidationError: a number that nobody can mean"""
        for name, value in vals.items():
            field = self._fields.get(name)
            most = field and MOST.get(field.type)
            is_number = isinstance(value, int | float)
            # Not a number is not within anything, either.
            if most and is_number and not -most <= value <= most:
                raise ValidationError(
                    self.env._(
                        "%(field)s: %(value)s is too much; at most %(most)s.",
                        field=field._description_string(self.env),
                        value=f"{value:g}",
                        most=f"{most:,.0f}",
                    )
                )
