"""A visit that costs nothing, over the API and the real server."""

import time

from support.visitor import Api, Stage, sign_up


def test_free_visit_is_confirmed_however_long_the_visitor_reads(server):
    """Guard: nothing is written to the hold before it is sold in the same request.

    A hold that is extended to another second first could never be sold: Odoo would run
    the request again and again, and give up.
    """
    stage = Stage(server, capacity=5)
    server.call("museum.ticket.category", "write", stage.categories, {"price": 0.0})
    visitor = Api(server, sign_up(server, "free"))
    visitor.hold(stage.slot_id, {stage.categories[0]: 2}).raise_for_status()
    early = visitor.post("/bookings/confirm-free", {})
    assert early.status_code == 409, "the terms come first"
    visitor.post("/bookings/summary", {"accept_terms": True}).raise_for_status()
    time.sleep(2.5)
    done = visitor.post("/bookings/confirm-free", {})
    assert done.status_code == 200, done.text
    assert done.json()["status"] == "confirmed"
    (booking,) = done.json()["bookings"]
    assert booking["state"] == "confirmed"
    assert stage.pool() == (2, 2)
