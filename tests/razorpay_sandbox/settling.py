# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What comes after the sale: disputes, settlements to the bank, and the ledger."""

import time

from . import entities
from .entities import ApiError

DISPUTE_ENDS = ("won", "lost", "closed")
# What the ledger counts; of each payment and in all.
LEDGER_COLUMNS = ("captured", "refunded", "fee", "tax", "disputed", "settled")


class Settling:
    """Part of the sandbox; uses its store, lock and events."""

    # disputes
    def dispute(self, payment_id, body):
        """Control: open a dispute about a payment, or move the one that is open.

        A lost one takes its amount out of the next settlement; what has ended is not
        opened again.
        """
        with self.step():
            payment = self.find("payment", payment_id)
            known = self.store.all("dispute", parent=payment_id)
            now = int(self.now())
            dispute = (known and known[-1]) or {
                "id": entities.new_id("disp"),
                "entity": "dispute",
                "payment_id": payment_id,
                "amount": body.get("amount") or payment["amount"],
                "currency": payment["currency"],
                "amount_deducted": 0,
                "reason_code": "goods_or_services_not_received_or_partially_received",
                "respond_by": now + 7 * 86400,
                "status": "open",
                "phase": body.get("phase") or "chargeback",
                "created_at": now,
            }
            if dispute["status"] in DISPUTE_ENDS:
                raise ApiError("The dispute has ended already")
            status = body.get("status") or "created"
            dispute["status"] = "open" if status == "created" else status
            if status == "lost":
                dispute["amount_deducted"] = dispute["amount"]
                adjustment = entities.make_adjustment(dispute, now)
                self.store.put("adjustment", adjustment, parent=payment_id)
            self.store.put("dispute", dispute, parent=payment_id)
            parts = {"payment": payment, "dispute": dispute}
            self._emit([(f"payment.dispute.{status}", parts)])
            return dispute

    # settlements
    def settle(self, upto=None, hold=()):
        """Control: pay out what is captured, given back or taken and not settled yet.

        :param upto: seconds since 1970; what happened later waits
        :param hold: ids of payments, refunds or adjustments that wait all the same
        """
        with self.step():
            now = int(self.now())
            settlement = {
                "id": entities.new_id("setl"),
                "entity": "settlement",
                "amount": 0,
                "status": "processed",
                "fees": 0,
                "tax": 0,
                "utr": f"SANDBOX{now}{len(self.store.all('settlement'))}",
                "created_at": now,
            }
            for kind in ("payment", "refund", "adjustment"):
                for entity in self.store.all(kind):
                    waits = (
                        entity.get("_settlement_id")
                        or entity["id"] in hold
                        or (upto is not None and entity["created_at"] > upto)
                    )
                    if not waits and self._moves_money(entity):
                        self._settle_one(kind, entity, settlement)
            self.store.put("settlement", settlement)
            self._emit([("settlement.processed", {"settlement": settlement})])
            return settlement

    def _moves_money(self, entity):
        return (
            entity.get("captured")
            or entity["entity"] == "adjustment"
            or entity["status"] == "processed"
        )

    def _settle_one(self, kind, entity, settlement):
        payment = (
            entity if kind == "payment" else self.find("payment", entity["payment_id"])
        )
        order = self.find("order", payment["order_id"])
        item = entities.recon_item(entity, payment, order, settlement)
        settlement["amount"] += item["credit"] - item["debit"]
        settlement["fees"] += item["fee"]
        settlement["tax"] += item["tax"]
        entity["_settlement_id"] = settlement["id"]
        self.store.put(kind, entity)
        self.store.put(
            "recon", {**item, "id": f"recon_{entity['id']}"}, settlement["id"]
        )

    def recon(self, query):
        """``GET settlements/recon/combined?year&month[&day]``, by days in UTC."""
        year, month = query.get("year", ""), query.get("month", "")
        if not month.isdigit() or not 1 <= int(month) <= 12:
            raise ApiError("The month is not a valid month.", field="month")
        if not year.isdigit():
            raise ApiError("The year is not a valid year.", field="year")
        wanted = [int(year), int(month)] + (
            [int(query["day"])] if query.get("day", "").isdigit() else []
        )
        with self.lock:
            items = [
                entities.public({k: v for k, v in item.items() if k != "id"})
                for item in self.store.all("recon")
                if list(time.gmtime(item["settled_at"])[: len(wanted)]) == wanted
            ]
        skip, count = int(query.get("skip", 0)), int(query.get("count", 100))
        items = items[skip : skip + count]
        return {"entity": "collection", "count": len(items), "items": items}

    # the ledger
    def ledger(self):
        """Return each payment's money and the sums, in the smallest unit.

        ``balance`` is what would still be paid out: captured less refunds, fees (the
        tax is in them), lost disputes and what was settled. A refund counts from when
        it is made until it fails, as at Razorpay.
        """
        with self.lock:
            orders = {
                order["id"]: {key: order[key] for key in ("amount", "status")}
                for order in self.store.all("order")
            }
            payments = {
                payment["id"]: dict.fromkeys(LEDGER_COLUMNS, 0)
                | {
                    "order_id": payment["order_id"],
                    "status": payment["status"],
                    "currency": payment["currency"],
                    "captured": payment["amount"] if payment["captured"] else 0,
                    "fee": payment["fee"] or 0,
                    "tax": payment["tax"] or 0,
                    "refunds": {},
                }
                for payment in self.store.all("payment")
            }
            for refund in self.store.all("refund"):
                row = payments[refund["payment_id"]]
                row["refunds"][refund["id"]] = {
                    "amount": refund["amount"],
                    "status": refund["status"],
                }
                if refund["status"] != "failed":
                    row["refunded"] += refund["amount"]
            for adjustment in self.store.all("adjustment"):
                payments[adjustment["payment_id"]]["disputed"] += adjustment["amount"]
            for item in self.store.all("recon"):
                row = payments[item["payment_id"] or item["entity_id"]]
                row["settled"] += item["credit"] - item["debit"]
        for row in payments.values():
            row["balance"] = (
                row["captured"]
                - row["refunded"]
                - row["fee"]
                - row["disputed"]
                - row["settled"]
            )
        columns = (*LEDGER_COLUMNS, "balance")
        sums = {name: sum(row[name] for row in payments.values()) for name in columns}
        return {**sums, "orders": orders, "payments": payments}
