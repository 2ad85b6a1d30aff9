# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from psycopg2.errors import SerializationFailure

from odoo.tests import tagged

from odoo.addons.museum_exhibition.models.guard import writing

from .common import MuseumRaceCase

MAIL, PHONE = "claim-race@example.com", "+919811100000"


@tagged("post_install", "-at_install")
class TestClaimRace(MuseumRaceCase):
    """Two people who proved an address each want the same guest's booking at once."""

    def _fill(self, env):
        order = self._new_cart(env, self.guest_id, 3)
        self.booking_id = order.museum_booking_ids.id

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = self._env(cr)
            booking = env["museum.booking"].browse(self.booking_id)
            guest = env["res.partner"].browse(self.partner_id)
            guest.write({"email": MAIL, "phone": PHONE})
            writing(booking.order_id).write({"museum_guest_id": guest.id})
            writing(booking).write({"confirmed_at": booking.create_date})
            users = env["res.users"].with_context(no_reset_password=True)
            self.user_ids = users.create(
                [
                    {
                        "name": name,
                        "login": name,
                        "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
                    }
                    for name in ("claim-race-1", "claim-race-2")
                ]
            ).ids
            proofs = env["auth.verified.address"]
            for (kind, value), user in zip(
                (("email", MAIL), ("phone", PHONE)),
                users.browse(self.user_ids),
                strict=True,
            ):
                proofs._claim(kind, value, user)
        # Before the booking's own cleaning.
        self.addCleanup(self._undo)

    def _undo(self):
        with self.registry.cursor() as cr:
            env = self._env(cr)
            booking = env["museum.booking"].browse(self.booking_id)
            writing(booking).write({"confirmed_at": False})
            writing(booking.order_id).write({"partner_id": self.partner_id})
            users = env["res.users"].browse(self.user_ids)
            partners = users.partner_id
            users.unlink()
            partners.unlink()

    def _claim(self, env, number):
        user = env["res.users"].browse(self.user_ids[number])
        return env["sale.order"]._museum_claim(user)

    def test_one_of_two_has_the_booking(self):
        with self.registry.cursor() as first, self.registry.cursor() as second:
            # Both see that it is there to be had.
            for number, cr in enumerate((first, second)):
                user = self._env(cr)["res.users"].browse(self.user_ids[number])
                self.assertTrue(self._env(cr)["sale.order"]._museum_claimable(user))
            self.assertEqual(self._claim(self._env(first), 0).id, self.booking_id)
            first.commit()
            with self.assertRaises(SerializationFailure):
                env = self._env(second)
                self._claim(env, 1)
                env.flush_all()
            # What Odoo does with a request.
            second.rollback()
            self.assertFalse(self._claim(self._env(second), 1))
            booking = self._env(second)["museum.booking"].browse(self.booking_id)
            owner = self._env(second)["res.users"].browse(self.user_ids[0])
            self.assertEqual(booking.partner_id, owner.partner_id)
