"""A visitor or gatekeeper who speaks the API, as a test needs him."""

import uuid

import requests


class Api:
    """One HTTP session against ``/api/v1`` of the live server."""

    def __init__(self, server, login: str | None = None):
        self.server = server
        self.http = server.session(login)

    def get(self, path: str, **params):
        return self.http.get(
            f"{self.server.url}/api/v1{path}", params=params, timeout=60
        )

    def post(self, path: str, body: dict, key: str | None = None):
        headers = {"Idempotency-Key": key} if key else {}
        return self.http.post(
            f"{self.server.url}/api/v1{path}", json=body, headers=headers, timeout=60
        )

    def pay(self, slot_id: int, categories: dict[int, int]) -> dict:
        """Hold, accept, pay at the sandbox and hand its answer in; the booking."""
        self.hold(slot_id, categories).raise_for_status()
        accepted = self.post("/bookings/summary", {"accept_terms": True})
        accepted.raise_for_status()
        order = self.post("/payments/create-order", {})
        order.raise_for_status()
        paid = requests.post(
            f"{self.server.sandbox_url}/_sandbox/orders/"
            f"{order.json()['razorpay_order_id']}/pay",
            json={"outcome": "paid", "method": "upi"},
            timeout=30,
        ).json()
        names = ("razorpay_order_id", "razorpay_payment_id", "razorpay_signature")
        done = self.post("/payments/verify", {name: paid[name] for name in names})
        done.raise_for_status()
        reference = accepted.json()["items"][0]["reference"]
        return self.get(f"/bookings/{reference}").json()

    def hold(self, slot_id: int, categories: dict[int, int], key: str | None = None):
        wanted = [{"id": id_, "quantity": qty} for id_, qty in categories.items()]
        body = {"slot_id": slot_id, "categories": wanted}
        return self.post("/cart/items", body, key)

    def scan(self, code: str, gate_id: int, scan_uuid: str | None = None):
        body = {
            "code": code,
            "gate_id": gate_id,
            "scan_uuid": scan_uuid or str(uuid.uuid4()),
        }
        return self.post("/tickets/verify", body)


def sign_up(server, number: int | str) -> str:
    """Make a portal visitor of his own (password = login); his login."""
    login = f"visitor-{number}-{uuid.uuid4().hex[:8]}@example.com"
    (group,) = server.query(
        "SELECT res_id FROM ir_model_data WHERE module='base' AND name='group_portal'"
    )
    server.call(
        "res.users",
        "create",
        {
            "name": f"Visitor {number}",
            "login": login,
            "email": login,
            "password": login,
            "group_ids": [(6, 0, [group[0]])],
        },
    )
    return login


class Stage:
    """An exhibition of the test's own, with slots that start when it wants."""

    def __init__(self, server, *, capacity: int | None, start_minutes: int = 30):
        self.server = server
        name = f"Test stage {uuid.uuid4().hex[:8]}"
        (venue, gate) = server.query(
            "SELECT venue.id, gate.id FROM museum_venue venue JOIN museum_gate gate"
            " ON gate.venue_id IS NULL OR gate.venue_id = venue.id"
            " WHERE gate.active ORDER BY gate.id, venue.id LIMIT 1"
        )[0]
        self.gate_id = gate
        self.exhibition_id = server.call(
            "museum.exhibition",
            "create",
            {
                "name": name,
                "venue_id": venue,
                "kind": "show",
                "is_published": True,
                "is_limited": capacity is not None,
                "capacity": capacity or 0,
                "duration_minutes": 45,
                "entry_early_minutes": 60,
                "max_per_booking": 20,
                "own_category_ids": [
                    (0, 0, {"name": "Adult", "code": "adult", "price": 200.0}),
                    (0, 0, {"name": "Child", "code": "child", "price": 100.0}),
                ],
            },
        )
        if isinstance(self.exhibition_id, list):
            (self.exhibition_id,) = self.exhibition_id
        self.categories = [
            row[0]
            for row in server.query(
                "SELECT id FROM museum_ticket_category"
                " WHERE exhibition_id = %s ORDER BY sequence, id",
                [self.exhibition_id],
            )
        ]
        self.slot_id = self.add_slot(start_minutes)

    def add_slot(self, start_minutes: int) -> int:
        (start, end) = self.server.query(
            "SELECT to_char(at, 'YYYY-MM-DD HH24:MI:00'),"
            " to_char(at + INTERVAL '45 minutes', 'YYYY-MM-DD HH24:MI:00')"
            " FROM (SELECT now() AT TIME ZONE 'UTC'"
            " + %s * INTERVAL '1 minute' AS at) soon",
            [start_minutes],
        )[0]
        slot = self.server.call(
            "museum.slot",
            "create",
            {
                "exhibition_id": self.exhibition_id,
                "start_at": start,
                "end_at": end,
            },
        )
        return slot[0] if isinstance(slot, list) else slot

    def pool(self) -> tuple[int, int]:
        """(taken, what the ledger says) of the slot's pool."""
        return self.server.query(
            """
            SELECT pool.taken,
                   COALESCE((SELECT SUM(take.seats)
                               FROM museum_hold_take take
                               JOIN museum_hold hold ON hold.id = take.hold_id
                              WHERE take.pool_id = pool.id
                                AND hold.state IN ('active', 'sold')), 0)
              FROM museum_slot slot
              JOIN museum_seat_pool pool ON pool.id = slot.pool_id
             WHERE slot.id = %s
            """,
            [self.slot_id],
        )[0]

    def seats_left(self, api: Api) -> int | None:
        """What the public API says of the slot."""
        (day,) = self.server.query(
            "SELECT local_date::text FROM museum_slot WHERE id = %s", [self.slot_id]
        )[0]
        slots = api.get(f"/exhibitions/{self.exhibition_id}/time-slots", date=day)
        (slot,) = [s for s in slots.json()["items"] if s["id"] == self.slot_id]
        return slot["seats_left"]
