# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``PYTHONPATH=tests python -m razorpay_sandbox --port 8070 --state DIR ...``"""

import argparse
import logging
import signal
import sys
import threading

from .courier import Courier
from .engine import Sandbox
from .server import Server
from .store import Store

# Not secrets: they open nothing but this sandbox.
KEY_ID = "rzp_test_SANDBOX00000000"
KEY_SECRET = "sandbox-key-secret"
WEBHOOK_SECRET = "sandbox-webhook-secret"


def parse(argv):
    parser = argparse.ArgumentParser(prog="razorpay_sandbox", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one")
    parser.add_argument("--state", required=True, help="folder of the state")
    parser.add_argument("--webhook-url", help="where events are posted to")
    parser.add_argument("--key-id", default=KEY_ID)
    parser.add_argument("--key-secret", default=KEY_SECRET)
    parser.add_argument("--webhook-secret", default=WEBHOOK_SECRET)
    parser.add_argument("--quiet", action="store_true", help="log warnings only")
    return parser.parse_args(argv)


def main(argv=None):
    args = parse(argv)
    logging.basicConfig(
        level=logging.WARNING if args.quiet else logging.INFO,
        format="%(asctime)s razorpay-sandbox %(message)s",
    )
    store = Store(args.state)
    sandbox = Sandbox(
        store, args.key_id, args.key_secret, args.webhook_secret, args.webhook_url
    )
    courier = Courier(sandbox)
    server = Server(args.port, sandbox, courier)
    courier.start()

    def stop(_signum, _frame):
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    host, port = server.server_address
    print(
        f"Razorpay SANDBOX (no real money) on http://{host}:{port}, key {args.key_id},"
        f" webhooks to {args.webhook_url or 'nowhere'}",
        flush=True,
    )
    server.serve_forever(poll_interval=0.1)
    courier.stop()
    store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
