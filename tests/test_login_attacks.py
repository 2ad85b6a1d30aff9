# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Attacks on the login by code, against the real server with two workers.

Each attacker has an IP address of his own: all of 127.0.0.0/8 is this machine.
"""

import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from requests.adapters import HTTPAdapter
from support.visitor import Api

ATTACKERS = 12
_hosts = count(2)


class _FromAddress(HTTPAdapter):
    def __init__(self, ip):
        self._ip = ip
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, source_address=(self._ip, 0), **kwargs)


@pytest.fixture(autouse=True)
def no_limits_of_before(server):
    """What these tests use up is nothing that others should meet."""
    server.query("DELETE FROM attempt_limit")
    yield
    server.query("DELETE FROM attempt_limit")


@pytest.fixture
def visitor(server):
    """Make visitors: each with a browser, and an IP address unless one is given."""

    def make(ip=None, cookies=None):
        api = Api(server)
        host = next(_hosts)
        ip = ip or f"127.9.{host // 250}.{host % 250 + 1}"
        api.http.mount("http://", _FromAddress(ip))
        api.http.cookies.update(cookies or {})
        return api

    return make


def new_number():
    """An Indian mobile number that nobody has."""
    return f"+9198{secrets.randbelow(10**8):08d}"


def new_email():
    return f"attack-{secrets.token_hex(6)}@example.com"


def ask(api, address):
    return api.post("/auth/otp/request", {"address": address})


def verify(api, code):
    return api.post("/auth/otp/verify", {"code": code})


def outcome(response):
    return "ok" if response.ok else response.json()["error"]["code"]


def code_of(server, number):
    """The code in the newest SMS; the demo museum keeps them in a list."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        rows = server.query(
            "SELECT substring(body from '[0-9]{6}') FROM sms_log"
            " WHERE number = %s ORDER BY id DESC LIMIT 1",
            [number],
        )
        if rows:
            return rows[0][0]
        time.sleep(0.1)
    raise AssertionError(f"no SMS to {number}")


def wrong(code, step=1):
    return f"{(int(code) + step) % 10**6:06d}"


def at_once(function, items):
    """All in the same moment, over connections of their own."""
    items = list(items)
    barrier = threading.Barrier(len(items), timeout=60)

    def run(item):
        barrier.wait()
        return function(item)

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(run, items))


def pass_an_hour(server):
    server.query(
        "UPDATE attempt_limit SET started_at = started_at - INTERVAL '61 minutes',"
        " last_at = last_at - INTERVAL '61 minutes'"
    )


def is_logged_in(api):
    answer = api.http.post(
        f"{api.server.url}/web/session/get_session_info", json={"params": {}}
    ).json()
    return bool(answer.get("result", {}).get("uid"))


def test_visitor_logs_in_with_the_code_of_the_sms(server, visitor):
    """So that what is refused below is refused for the attack."""
    number, api = new_number(), visitor()
    assert outcome(ask(api, number)) == "ok"
    answer = verify(api, code_of(server, number))
    assert answer.json() == {"logged_in": True, "second_factor": None}
    assert is_logged_in(api)


def test_many_who_guess_one_code_at_once_have_three_tries(server, visitor):
    """From many IP addresses, over both workers.

    Guard: the conditional UPDATE of ``_use_try``, in a transaction of its own.
    """
    number, victim = new_number(), visitor()
    ask(victim, number).raise_for_status()
    code = code_of(server, number)
    cookies = victim.http.cookies.get_dict()
    attackers = [visitor(cookies=cookies) for _ in range(ATTACKERS)]
    answers = at_once(
        lambda n: outcome(verify(attackers[n], wrong(code, n + 1))), range(ATTACKERS)
    )
    assert answers.count("otp_wrong") == 3, answers
    assert answers.count("otp_expired") == ATTACKERS - 3, answers
    assert outcome(verify(victim, code)) == "otp_expired"


def test_right_code_given_by_many_at_once_logs_in_one(server, visitor):
    """Guards: ``state = 'sent'`` in ``_use_try``, ``_finish``, and the session's end.

    Each alone is enough here; that of the states is seen in test_race of the addon.
    """
    number, first = new_number(), visitor()
    ask(first, number).raise_for_status()
    code = code_of(server, number)
    cookies = first.http.cookies.get_dict()
    browsers = [visitor(cookies=cookies) for _ in range(3)]
    answers = at_once(lambda api: outcome(verify(api, code)), browsers)
    assert sorted(answers) == ["ok", "otp_expired", "otp_expired"]


def guess_in_rounds(server, number, attackers):
    """Three wrong guesses by each, at a new code; what was answered."""
    answers = []
    for attacker in attackers:
        asked = outcome(ask(attacker, number))
        if asked != "ok":
            answers.append(asked)
            continue
        code = code_of(server, number)
        answers += [outcome(verify(attacker, wrong(code, n))) for n in (1, 2, 3)]
        pass_an_hour(server)
    return answers


def test_new_codes_bring_one_place_ten_guesses_a_day(server, visitor):
    """Each time another session; the owner is elsewhere, and logs in.

    Guard: the rule "wrong" in ``_wrong_rules``.
    """
    number = new_number()
    attackers = [visitor(ip="127.8.0.2") for _ in range(5)]
    answers = guess_in_rounds(server, number, attackers)
    assert answers.count("otp_wrong") == 10
    # In the fourth round two guesses are refused, in the fifth the code itself.
    assert answers[10:] == ["otp_limited"] * 3
    server.query("DELETE FROM sms_log WHERE number = %s", [number])
    owner = visitor()
    assert outcome(ask(owner, number)) == "ok"
    assert outcome(verify(owner, code_of(server, number))) == "ok"


def test_new_codes_bring_everybody_forty_guesses_a_day(server, visitor):
    """Each time another session and another IP address.

    Guard: the rule "wrong_all" in ``_wrong_rules``.
    """
    answers = guess_in_rounds(server, new_number(), [visitor() for _ in range(15)])
    assert answers.count("otp_wrong") == 40
    assert answers[40:] == ["otp_limited"] * 3


def test_code_is_worth_nothing_in_another_session(server, visitor):
    """Guard: a code's row is found by the challenge, which stays in the session."""
    number, victim, attacker = new_number(), visitor(), visitor()
    ask(victim, number).raise_for_status()
    code = code_of(server, number)
    assert outcome(verify(attacker, code)) == "otp_expired", "never asked"
    ask(attacker, new_number()).raise_for_status()
    assert outcome(verify(attacker, code)) == "otp_wrong", "asked for another address"
    assert not is_logged_in(attacker)
    assert outcome(verify(victim, code)) == "ok", "and the victim's is as it was"


def test_used_code_is_worth_nothing(server, visitor):
    """Guards: as above; the session from before the login is gone as well."""
    number, api = new_number(), visitor()
    ask(api, number).raise_for_status()
    code = code_of(server, number)
    before = visitor(cookies=api.http.cookies.get_dict())
    assert outcome(verify(api, code)) == "ok"
    assert outcome(verify(before, code)) == "otp_expired"
    assert outcome(verify(visitor(), code)) == "otp_expired"


def test_session_that_was_planted_is_not_logged_in(server, visitor):
    """Who knows the cookie from before the login is outside after it.

    Guard: ``session.authenticate``, which gives the session another number.
    """
    attacker, number = visitor(), new_number()
    attacker.get("/cart")
    planted = attacker.http.cookies.get_dict()
    assert planted["session_id"]
    victim = visitor(cookies=planted)
    ask(victim, number).raise_for_status()
    assert outcome(verify(victim, code_of(server, number))) == "ok"
    sessions = {c.value for c in victim.http.cookies if c.name == "session_id"}
    assert sessions - {planted["session_id"]}, "another number"
    assert not is_logged_in(visitor(cookies=planted))


def test_code_for_something_else_logs_nobody_in(server, visitor):
    """Guard: ``purpose`` in ``_use_try``."""
    number, api = new_number(), visitor()
    ask(api, number).raise_for_status()
    code = code_of(server, number)
    server.query(
        "UPDATE auth_one_time_code SET purpose = 'lookup' WHERE address = %s", [number]
    )
    assert outcome(verify(api, code)) == "otp_expired"
    assert not is_logged_in(api)


def test_code_that_is_too_old_logs_nobody_in(server, visitor):
    """Guard: ``expires_at`` in ``_use_try``, by the database's clock."""
    number, api = new_number(), visitor()
    ask(api, number).raise_for_status()
    code = code_of(server, number)
    server.query(
        "UPDATE auth_one_time_code SET expires_at = expires_at - INTERVAL '301 seconds'"
        " WHERE address = %s",
        [number],
    )
    assert outcome(verify(api, code)) == "otp_expired"


def test_flood_from_one_ip_address_ends_at_thirty(visitor):
    """For many addresses, at once, over both workers; others are not in its way.

    Guard: the rule "send_ip" in ``_send_rules``.
    """
    flood = [visitor(ip="127.8.0.1") for _ in range(36)]
    answers = []
    for start in range(0, len(flood), ATTACKERS):
        some = flood[start : start + ATTACKERS]
        answers += at_once(lambda api: outcome(ask(api, new_email())), some)
    assert answers.count("ok") == 30, answers
    assert answers.count("otp_limited") == 6, answers
    assert outcome(ask(visitor(), new_email())) == "ok"


def test_flood_for_one_address_is_one_code(server, visitor):
    """From many IP addresses at once: the owner's phone rings once.

    Guard: the waits in ``_send_rules``.
    """
    number = new_number()
    browsers = [visitor() for _ in range(ATTACKERS)]
    answers = at_once(lambda api: outcome(ask(api, number)), browsers)
    assert answers.count("ok") == 1, answers
    assert answers.count("otp_limited") == ATTACKERS - 1, answers
    (rows,) = server.query(
        "SELECT count(*) FROM auth_one_time_code WHERE address = %s", [number]
    )
    assert rows == (1,)


def test_sms_to_one_country_from_everywhere_have_an_end(server, visitor):
    """SMS pumping: other numbers, other IP addresses, at once.

    Guard: ``_cost_rules``.
    """
    name = "auth_one_time_code.sms_abroad_per_hour"
    server.call("ir.config_parameter", "set_param", name, "5")
    try:
        browsers = [visitor() for _ in range(ATTACKERS)]
        answers = at_once(
            lambda n: outcome(ask(browsers[n], f"+447911{123400 + n}")),
            range(ATTACKERS),
        )
        assert answers.count("ok") == 5, answers
        assert answers.count("otp_limited") == ATTACKERS - 5, answers
        refused = ask(visitor(), "+447911123499")
        assert "e-mail" in refused.json()["error"]["message"]
        assert int(refused.headers["Retry-After"]) > 60
        assert outcome(ask(visitor(), new_number())) == "ok", "home is open"
        assert outcome(ask(visitor(), new_email())) == "ok"
    finally:
        server.call("ir.config_parameter", "set_param", name, "20")


def test_every_attempt_is_in_the_log(server, visitor):
    """With its IP address, also the refused ones."""
    number, api = new_number(), visitor(ip="127.7.0.1")
    ask(api, number).raise_for_status()
    code = code_of(server, number)
    assert outcome(ask(api, number)) == "otp_limited"
    assert outcome(verify(api, wrong(code))) == "otp_wrong"
    assert outcome(verify(api, code)) == "ok"
    assert outcome(verify(visitor(ip="127.7.0.1"), code)) == "otp_expired"
    rows = server.query(
        "SELECT outcome FROM auth_one_time_attempt WHERE ip = '127.7.0.1' ORDER BY id"
    )
    assert [row[0] for row in rows] == [
        "sent",
        "limited",
        "wrong",
        "used",
        "logged_in",
        "expired",
    ]
