"""The demo museum is alive whenever it is opened, and its books are Indian."""

from support.visitor import Api

YARD = "courtyard"


def _demo_id(server, name):
    return server.query(
        "SELECT res_id FROM ir_model_data WHERE module = 'museum_demo' AND name = %s",
        [name],
    )[0][0]


def test_every_exhibition_is_published_with_picture_prices_and_months_of_slots(server):
    rows = server.query(
        """
        SELECT e.name->>'en_US', e.is_published,
               EXISTS (SELECT FROM ir_attachment a
                        WHERE a.res_model = 'museum.exhibition' AND a.res_id = e.id
                          AND a.res_field = 'image_1920'),
               (SELECT count(*) FROM museum_ticket_category c
                 WHERE c.exhibition_id = e.id AND c.price > 0),
               (SELECT max(s.start_at) - (now() AT TIME ZONE 'UTC') > INTERVAL '80 days'
                  FROM museum_slot s WHERE s.exhibition_id = e.id)
          FROM museum_exhibition e
          JOIN ir_model_data d ON d.model = 'museum.exhibition' AND d.res_id = e.id
         WHERE d.module = 'museum_demo' AND e.state = 'published'
        """
    )

    assert len(rows) == 6
    for name, published, picture, prices, months in rows:
        assert published and picture and prices >= 2 and months, name


def test_a_visit_can_be_booked_and_admitted_at_any_hour_of_any_day(server):
    minutes, early = server.query(
        """
        SELECT EXTRACT(EPOCH FROM min(s.start_at) - (now() AT TIME ZONE 'UTC')) / 60,
               (SELECT entry_early_minutes FROM museum_exhibition
                 WHERE id = %(yard)s)
          FROM museum_slot s
         WHERE s.exhibition_id = %(yard)s AND s.state = 'open'
           AND s.start_at > now() AT TIME ZONE 'UTC'
        """,
        {"yard": _demo_id(server, "exhibition_courtyard")},
    )[0]

    assert 0 < minutes <= 60 <= early


def test_the_demo_shows_every_state_and_what_pages_can_show(server):
    states = server.query(
        """
        SELECT e.state, count(*)
          FROM museum_exhibition e
          JOIN ir_model_data d ON d.model = 'museum.exhibition' AND d.res_id = e.id
         WHERE d.module = 'museum_demo'
         GROUP BY e.state
        """
    )
    galleries, places = server.query(
        """
        SELECT (SELECT count(DISTINCT exhibition_id) FROM museum_exhibition_image),
               (SELECT count(*) FROM museum_venue v
                 WHERE v.latitude <> 0 AND v.how_to_reach IS NOT NULL
                   AND EXISTS (SELECT FROM museum_opening_hours h
                                WHERE h.venue_id = v.id))
        """
    )[0]

    assert dict(states) == {"published": 6, "closed": 1, "draft": 1}
    assert galleries >= 6 and places >= 3


def test_a_week_has_its_closing_day_and_days_that_are_full_or_nearly(server):
    statuses = server.query(
        """
        SELECT EXTRACT(ISODOW FROM s.local_date),
               sum(p.blocked)::float / NULLIF(sum(p.capacity), 0)
          FROM museum_slot s JOIN museum_seat_pool p ON p.id = s.pool_id
         WHERE s.exhibition_id = %s AND s.local_date <= current_date + 9
         GROUP BY s.local_date
        """,
        [_demo_id(server, "exhibition_planetarium")],
    )

    shares = [share for _day, share in statuses]
    assert 1 not in {int(day) for day, _share in statuses}, "open on a Monday"
    assert 1.0 in shares, "no day is full"
    assert any(0.5 < share < 1 for share in shares), "no day has few places left"


def test_a_visitor_from_another_state_pays_the_museums_cgst_and_sgst(server):
    yard = _demo_id(server, "exhibition_courtyard")
    slot = server.query(
        """
        SELECT id FROM museum_slot
         WHERE exhibition_id = %s AND start_at > now() AT TIME ZONE 'UTC'
           AND state = 'open' ORDER BY start_at OFFSET 5 LIMIT 1
        """,
        [yard],
    )[0][0]
    adult = _demo_id(server, "category_courtyard_adult")

    booking = Api(server, "visitor").pay(slot, {adult: 2})

    assert booking["state"] == "confirmed"
    state, taxes, total = server.query(
        """
        SELECT s.code, array_agg(DISTINCT g.name->>'en_US' ORDER BY g.name->>'en_US'),
               m.amount_total
          FROM museum_booking b
          JOIN sale_order_line l ON l.museum_booking_id = b.id
          JOIN sale_order_line_invoice_rel r ON r.order_line_id = l.id
          JOIN account_move_line ml ON ml.id = r.invoice_line_id
          JOIN account_move m ON m.id = ml.move_id
          JOIN account_move_line tl ON tl.move_id = m.id
          JOIN account_tax t ON t.id = tl.tax_line_id
          JOIN account_tax_group g ON g.id = t.tax_group_id
          JOIN res_country_state s ON s.id = m.l10n_in_state_id
         WHERE b.name = %s
         GROUP BY s.code, m.amount_total
        """,
        [booking["reference"]],
    )[0]
    assert (state, taxes) == ("MH", ["CGST", "SGST/UTGST"])
    assert total >= 100
