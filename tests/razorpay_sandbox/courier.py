# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Delivers the webhooks in the background, again and again until they are taken."""

import logging
import threading
import time
import urllib.error
import urllib.request

_logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 5
GIVE_UP_SECONDS = 24 * 3600
# Razorpay's gaps grow too; these start shorter because a person is waiting.
GAPS_SECONDS = (1, 2, 5, 10, 30, 60, 300, 900, 3600)
IDLE_SECONDS = 30


def post(url, delivery):
    """Deliver once; return the HTTP status, or the kind of failure as a word."""
    request = urllib.request.Request(
        url,
        data=delivery["body"].encode(),
        headers={
            "Content-Type": "application/json",
            "User-Agent": "Razorpay-Webhook/v1 (SANDBOX)",
            "X-Razorpay-Signature": delivery["signature"],
            "X-Razorpay-Event-Id": delivery["event_id"],
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError) as error:
        return type(error).__name__


class Courier(threading.Thread):
    """One thread, so that without switches the order of delivery is that of events."""

    def __init__(self, sandbox):
        super().__init__(name="courier", daemon=True)
        self.sandbox = sandbox
        self.stopping = False
        self.busy = False

    def stop(self):
        self.stopping = True
        with self.sandbox.lock:
            self.sandbox.changed.notify_all()
        self.join(TIMEOUT_SECONDS + 1)

    def run(self):
        while not self.stopping:
            late_at = self.sandbox.authorise_due()
            delivery = self._take()
            if delivery:
                self._deliver(delivery)
            else:
                self._wait(late_at)

    def _take(self):
        """Return the next delivery that is due, or nothing."""
        with self.sandbox.lock:
            if self.sandbox.switches()["paused"] or not self._url():
                return None
            delivery = self.sandbox.store.next_delivery()
            self.busy = bool(delivery and delivery["due"] <= self.sandbox.now())
            return delivery if self.busy else None

    def _url(self):
        return self.sandbox.store.setting("webhook")["url"]

    def _deliver(self, delivery):
        status = post(self._url(), delivery)
        now = self.sandbox.now()
        first_at = delivery["first_at"] or now
        tries = delivery["tries"] + 1
        taken = isinstance(status, int) and 200 <= status < 300
        gap = GAPS_SECONDS[min(tries - 1, len(GAPS_SECONDS) - 1)]
        given_up = now - first_at > GIVE_UP_SECONDS
        _logger.info("%s: %s, try %s", delivery["event"], status, tries)
        with self.sandbox.step():
            self.sandbox.store.update_delivery(
                delivery["id"],
                state="delivered" if taken else "failed" if given_up else "pending",
                tries=tries,
                status=str(status),
                due=now + gap,
                first_at=first_at,
            )
            self.busy = False

    def _wait(self, late_at):
        """Sleep until something changes or is due."""
        with self.sandbox.lock:
            if self.stopping:
                return
            now = self.sandbox.now()
            moments = [now + IDLE_SECONDS]
            if late_at:
                moments.append(late_at)
            delivery = self.sandbox.store.next_delivery()
            if delivery and self._url() and not self.sandbox.switches()["paused"]:
                moments.append(delivery["due"])
            self.sandbox.changed.wait(max(0.01, min(moments) - now))

    def flush(self, timeout=10):
        """Deliver what is pending now, whenever it was due; wait for it."""
        with self.sandbox.step():
            self.sandbox.store.make_all_due()
        end = time.time() + timeout
        while time.time() < end:
            with self.sandbox.lock:
                delivery = self.sandbox.store.next_delivery()
                is_due = delivery and delivery["due"] <= self.sandbox.now()
                if not self.busy and not is_due:
                    return
            time.sleep(0.02)
