"""Looking at prices and at the cart writes nothing: two looks at once never collide."""

from support.visitor import Api, Stage


def test_looks_leave_the_cart_as_it_is(server):
    """Guard: ``website._get_and_cache_current_pricelist`` of museum_booking."""
    stage = Stage(server, capacity=6)
    visitor = Api(server)
    visitor.hold(stage.slot_id, {stage.categories[0]: 1}).raise_for_status()
    prices = f"/exhibitions/{stage.exhibition_id}/ticket-categories"

    def look():
        visitor.get(prices, slot_id=stage.slot_id).raise_for_status()
        visitor.get("/cart").raise_for_status()

    def version():
        (row,) = server.query(
            "SELECT orders.xmin::text, orders.ctid::text FROM sale_order orders"
            " JOIN museum_booking booking ON booking.order_id = orders.id"
            " WHERE booking.slot_id = %s",
            [stage.slot_id],
        )
        return row

    look()
    before = version()
    for _look in range(3):
        look()
    assert version() == before
