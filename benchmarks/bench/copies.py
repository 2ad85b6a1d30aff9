# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Many rows from one, inside the database: what the ORM would need hours for."""

from odoo.tools import SQL


def clone(cr, table, template_id, count, source=None, **columns):
    """Copy one row ``count`` times; ``columns`` are SQL over g.i = 1..count.

    :param source: what g comes from, when it has more to offer than i
    :return: the id before the first copy; copy i has that plus i
    """
    cr.execute(SQL("SELECT MAX(id) FROM %s", SQL.identifier(table)))
    base = cr.fetchone()[0]
    cr.execute(
        """SELECT column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name = %s
              AND is_generated = 'NEVER' AND column_name <> 'id'""",
        [table],
    )
    names = [name for (name,) in cr.fetchall()]
    values = [columns.get(name) or SQL("t.%s", SQL.identifier(name)) for name in names]
    cr.execute(
        SQL(
            """INSERT INTO %(table)s (id, %(names)s)
               SELECT %(base)s + g.i, %(values)s
                 FROM %(table)s t, %(source)s
                WHERE t.id = %(template)s
                ORDER BY g.i""",
            table=SQL.identifier(table),
            names=SQL(", ").join(map(SQL.identifier, names)),
            values=SQL(", ").join(values),
            base=base,
            source=source or SQL("generate_series(1, %s) g(i)", count),
            template=template_id,
        )
    )
    cr.execute(
        "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, base + count]
    )
    return base
