# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How a request below ``/api/v1`` is read, guarded, run and answered.

A dispatcher of its own (routing type ``museum_api``) because Odoo's two others do
not fit: ``jsonrpc`` answers 200 to everything, ``http`` answers errors in HTML. What
an addon needs in order to add routes is in ``api_kit.py``.
"""

import hashlib
import inspect
import json
import re
import uuid
from urllib.parse import urlsplit

from werkzeug.datastructures import Headers

from odoo import http
from odoo.tools.json import json_default

from . import errors

API_ROOT = "/api/v1"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
MAX_BODY_BYTES = 64 * 1024
# Query parameters of Odoo itself, meant for the web client and harmless here.
IGNORED_QUERY = frozenset({"debug", "db"})

_KEY_RE = re.compile(r"[\x21-\x7e]{1,255}")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ENVIRON_HOLD = "museum.hold_token"


def api_route(
    path,
    *,
    methods,
    auth="public",
    readonly=None,
    documented=True,
    replayed=True,
    **extra,
):
    """Declare a route of the API; ``path`` starts behind ``/api/v1``.

    :param list methods: HTTP methods, one handler may serve several.
    :param str auth: ``public`` (anybody), ``user`` (logged in), both also by an API
        key in ``Authorization: Bearer``; or any other of Odoo's.
    :param bool readonly: may run on a read-only cursor; by default when all methods
        are safe ones. Odoo runs the handler again on a writing cursor when it wrote
        after all, so nothing outside the database may happen before the first write.
    :param bool documented: whether the OpenAPI document must describe it.
    :param bool replayed: whether a repetition by ``Idempotency-Key`` gets the first
        answer; not where that would tell of a session or a right that may have ended.
    :param extra: further keys of ``http.route``, like ``max_content_length`` (bytes).
    """
    if readonly is None:
        readonly = set(methods) <= set(SAFE_METHODS)
    extra.setdefault("max_content_length", MAX_BODY_BYTES)
    # a busy route that asks nothing of the website (the gate) is faster without it
    extra.setdefault("website", True)
    return http.route(
        API_ROOT + path,
        type=MuseumApiDispatcher.routing_type,
        methods=methods,
        auth={"public": "museum_public", "user": "museum_user"}.get(auth, auth),
        readonly=readonly,
        multilang=False,
        sitemap=False,
        csrf=False,  # the dispatcher has its own rule, see _check_cross_site
        documented=documented,
        replayed=replayed,
        **extra,
    )


def json_response(data, status=200, headers=None):
    """An answer in JSON, never cached unless ``headers`` say so."""
    body = json.dumps(data, ensure_ascii=False, default=json_default).encode()
    all_headers = Headers(
        {
            "Content-Type": "application/json; charset=utf-8",
            "Cache-Control": "no-store",
        }
    )
    for name, value in (headers or {}).items():
        all_headers[name] = value
    return http.Response(body, status=status, headers=list(all_headers))


def error_response(exc, env=None):
    """The answer for any exception, by the table in ``errors.py``."""
    found = errors.describe(exc, env)
    body = {
        "error": {
            "code": found.code,
            "message": found.message,
            "details": found.details,
        }
    }
    return json_response(body, found.status, found.headers)


def client_scope(request):
    """Who is calling, as a short text that is the same from call to call.

    :return: None for a caller without session cookie and login: nothing would tell
        two of them apart.
    """
    if request.env.uid and not request.env.user._is_public():
        return f"user:{request.env.uid}"
    sid = request.httprequest.cookies.get("session_id")
    if not sid:
        return None
    # The first half outlives the soft rotation of the session.
    stable = sid[: http.STORED_SESSION_BYTES].encode()
    return f"session:{hashlib.sha256(stable).hexdigest()}"


def idempotency_key(request):
    """The caller's ``Idempotency-Key``, or None.

    :raise errors.InvalidRequest: it is empty, too long or not plain ASCII.
    """
    key = request.httprequest.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY_RE.fullmatch(key):
        raise errors.InvalidRequest(
            details={"Idempotency-Key": "1 to 255 printable ASCII characters"}
        )
    return key


def request_hash(request):
    """What the request asks for, as a digest: method, path, query, body."""
    http_request = request.httprequest
    parts = [
        http_request.method.encode(),
        http_request.path.encode(),
        http_request.query_string,
        http_request.get_data(),
    ]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()


def hold_token(request):
    """The token under which this HTTP request may take seats.

    Odoo runs a whole request again after a serialization failure, and the seats are
    taken in a transaction of their own: the token must be the same each time. With
    an ``Idempotency-Key`` it is also the same when the client sends the request again.
    """
    environ = request.httprequest.environ
    if _ENVIRON_HOLD not in environ:
        key, scope = idempotency_key(request), client_scope(request)
        if key and scope:
            text = f"{scope}\n{key}\n{request_hash(request)}"
            token = hashlib.sha256(text.encode()).hexdigest()[:32]
        else:
            token = uuid.uuid4().hex
        environ[_ENVIRON_HOLD] = token
    return environ[_ENVIRON_HOLD]


def _refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def _check_text(value, where):
    """Refuse characters that PostgreSQL cannot store, wherever they hide."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
            raise errors.InvalidRequest(details={where: "unusable characters"})
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key, where)
            _check_text(item, where)
    elif isinstance(value, list):
        for item in value:
            _check_text(item, where)


def _parse_object(raw):
    """:raise errors.MalformedRequest: ``raw`` is not one JSON object in UTF-8."""
    try:
        data = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as exc:
        raise errors.MalformedRequest from exc
    if not isinstance(data, dict):
        raise errors.MalformedRequest(details={"body": "must be a JSON object"})
    return data


def _same_origin(origin, host):
    """Whether an ``Origin`` header names this very host and port."""
    try:
        parts = urlsplit(origin)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
        own = urlsplit(f"{parts.scheme}://{host}")
        own_port = own.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.hostname, port) == (own.hostname, own_port)


class MuseumApiDispatcher(http.Dispatcher):
    """JSON in, JSON out, errors included."""

    routing_type = "museum_api"

    @classmethod
    def is_compatible_with(cls, request):
        # A wrong Content-Type is refused in `_read_body`, in JSON.
        return True

    def pre_dispatch(self, rule, args):
        # Odoo reads it after refusals too, where no handler was reached.
        self.request.params = {}
        return super().pre_dispatch(rule, args)

    def dispatch(self, endpoint, args):
        method = self.request.httprequest.method
        if method == "OPTIONS":
            allowed = ", ".join(endpoint.routing["methods"] or [])
            return http.Response(status=204, headers=[("Allow", allowed)])
        if not endpoint.routing.get("reads_request", True):
            self.request.params = dict(args)
            return self._run(endpoint)
        if method not in SAFE_METHODS:
            self._check_cross_site()
        self.request.params = self._bind(endpoint, args, self._read_body())
        if method in SAFE_METHODS:
            return self._run(endpoint)
        return self._run_once(endpoint)

    def _run(self, endpoint):
        result = self.request.registry["ir.http"]._dispatch(endpoint)
        if isinstance(result, http.Response):
            return result
        return json_response(result)

    def _run_once(self, endpoint):
        """Run a write; a repetition by ``Idempotency-Key`` gets the first answer."""
        key, scope = idempotency_key(self.request), client_scope(self.request)
        if not key or not scope:
            return self._run(endpoint)
        keys = self.request.env["museum.idempotency.key"].sudo()
        digest = request_hash(self.request)
        if not keys._claim(scope, key):
            raise errors.Conflict(
                self.request.env._("The same request is still being worked on."),
                headers={"Retry-After": "1"},
            )
        if not endpoint.routing.get("replayed", True):
            return self._run(endpoint)
        if kept := keys._recall(scope, key):
            return self._replay(kept, digest)
        response = self._run(endpoint)
        if response.status_code < 300 and response.mimetype == "application/json":
            body = response.get_data(as_text=True)
            keys._keep(scope, key, digest, status=response.status_code, body=body)
        return response

    def _replay(self, kept, digest):
        kept_digest, status, body = kept
        if kept_digest != digest:
            raise errors.IdempotencyMismatch(
                self.request.env._(
                    "This Idempotency-Key was used for another request already."
                )
            )
        response = json_response(None, status, {"Idempotent-Replayed": "true"})
        response.set_data(body.encode())
        return response

    def _check_cross_site(self):
        """Refuse a write that another site makes a visitor's browser send.

        A session cookie goes along by itself, so such a call must be one that a
        foreign page cannot make: JSON (a form cannot send it, and a script's attempt
        is asked for first, which we never allow), and from our own origin when the
        browser says where from. A bearer token never goes along by itself.
        """
        headers = self.request.httprequest.headers
        if headers.get("Authorization", "").lower().startswith("bearer "):
            return
        if self.request.httprequest.cookies.get("session_id"):
            if self.request.httprequest.mimetype != "application/json":
                raise errors.UnsupportedMediaType
        site = headers.get("Sec-Fetch-Site")
        origin = headers.get("Origin")
        host = self.request.httprequest.host
        if (site and site not in ("same-origin", "none")) or (
            origin and not _same_origin(origin, host)
        ):
            raise errors.Forbidden(details={"reason": "cross_site"})

    def _read_body(self):
        """The JSON object in the body; {} when there is no body.

        :raise errors.ApiError: too large, not JSON, not an object.
        """
        http_request = self.request.httprequest
        if http_request.headers.get("Transfer-Encoding"):
            # Nobody could say how much there is to come.
            raise errors.LengthRequired
        if (http_request.content_length or 0) > http_request.max_content_length:
            raise errors.TooLarge(
                details={"max_bytes": http_request.max_content_length}
            )
        raw = http_request.get_data()
        if not raw or http_request.method in SAFE_METHODS:
            return {}
        if http_request.mimetype != "application/json":
            raise errors.UnsupportedMediaType
        return _parse_object(raw)

    def _bind(self, endpoint, args, body):
        """Match path, query and body with the handler's parameters.

        What the handler does not know is refused, so that a misspelt name cannot
        pass for a default.

        :raise errors.InvalidRequest: unknown, repeated or missing; details name it.
        """
        wrong, query = {}, {}
        for name, values in self.request.httprequest.args.lists():
            if name in IGNORED_QUERY:
                continue
            query[name] = values[0]
            if len(values) > 1 or name in body:
                wrong[name] = "given twice"
        signature = inspect.signature(endpoint.original_endpoint)
        known = dict(list(signature.parameters.items())[1:])
        open_ended = any(p.kind is p.VAR_KEYWORD for p in known.values())
        for name in [*query, *body]:
            if name in args or (name not in known and not open_ended):
                wrong[name] = "unknown"
        given = {**query, **body, **args}
        for name, parameter in known.items():
            if (
                name not in given
                and parameter.default is parameter.empty
                and parameter.kind is not parameter.VAR_KEYWORD
            ):
                wrong[name] = "missing"
        if wrong:
            raise errors.InvalidRequest(details=wrong)
        for name, value in given.items():
            _check_text(value, name)
        return given

    def post_dispatch(self, response):
        response.headers.setdefault("Cache-Control", "no-store")
        return super().post_dispatch(response)

    def handle_error(self, exc):
        """Answer any exception in JSON; see ``errors.py``."""
        env = self.request.env
        if env is not None and not env.cr.closed:
            # What failed is void. Describing it may read (alternatives of a full
            # slot), and then wants to see what others committed meanwhile.
            env.cr.rollback()
            env.transaction.reset()
        return error_response(exc, env)
