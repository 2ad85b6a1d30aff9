"""Wait until addresses answer 200: wait_http.py PID SECONDS URL..."""

import os
import sys
import time
import urllib.error
import urllib.request


def answers(url: str) -> str:
    """Return "" when ``url`` answers 200, else what came instead."""
    try:
        # No proxy of the environment may stand between this machine and itself.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=120) as response:
            return "" if response.status == 200 else f"status {response.status}"
    except urllib.error.HTTPError as error:
        return f"status {error.code}"
    except OSError as error:
        return str(error)


def main(pid: str, seconds: str, *urls: str) -> int:
    end = time.monotonic() + float(seconds)
    for url in urls:
        while problem := answers(url):
            if not os.path.isdir(f"/proc/{pid}"):
                print(f"the process ended before {url} answered", file=sys.stderr)
                return 1
            if time.monotonic() > end:
                print(f"{url}: {problem} after {seconds} s", file=sys.stderr)
                return 1
            time.sleep(0.2)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
