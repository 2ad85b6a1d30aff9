# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The OpenAPI 3.1 document, and the answer for addresses that do not exist."""

import json
from pathlib import Path

from werkzeug.exceptions import MethodNotAllowed, NotFound

from odoo import http
from odoo.http import request
from odoo.modules.module import Manifest

from . import errors
from .api_dispatcher import API_ROOT, api_route, json_response

HTTP_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Registers the museum addons' own documents: read once per process and set of addons.
_documents: dict[tuple[str, ...], dict] = {}


def installed_museum_addons(env):
    """Names of the loaded addons that may bring a part of the document."""
    names = env.registry._init_modules
    return tuple(sorted(name for name in names if name.startswith("museum_")))


def _fragments(addon):
    manifest = Manifest.for_addon(addon, display_warning=False)
    if manifest is None:
        return
    for path in sorted((Path(manifest.path) / "openapi").glob("*.json")):
        with path.open(encoding="utf-8") as stream:
            yield path.name, json.load(stream)


def _merge(target, part, where):
    """Merge nested objects; the same leaf twice is a mistake of the addons."""
    for key, value in part.items():
        if isinstance(target.get(key), dict) and isinstance(value, dict):
            _merge(target[key], value, f"{where}/{key}")
        elif isinstance(target.get(key), list) and isinstance(value, list):
            target[key] += value
        elif key in target and target[key] != value:
            raise ValueError(f"OpenAPI: {where}/{key} is defined twice")
        else:
            target[key] = value


def build_document(addons):
    """Merge the ``openapi/*.json`` of the addons into one document.

    :raise ValueError: two addons define the same thing differently.
    """
    document = {}
    # The base first: it holds the head of the document.
    for addon in sorted(addons, key=lambda name: name != "museum_exhibition"):
        for name, part in _fragments(addon):
            _merge(document, part, f"{addon}/{name}")
    return document


class MuseumApiDocument(http.Controller):
    """What the API can do, and what to say where it can do nothing."""

    @api_route("/openapi.json", methods=["GET"], save_session=False)
    def openapi(self):
        """The OpenAPI 3.1 document of all installed museum addons."""
        addons = installed_museum_addons(request.env)
        if addons not in _documents:
            _documents[addons] = build_document(addons)
        return json_response(
            _documents[addons], headers={"Cache-Control": "max-age=300"}
        )

    @http.route(
        [API_ROOT, f"{API_ROOT}/<path:unknown>"],
        type="museum_api",
        auth="none",
        methods=[*HTTP_METHODS],
        readonly=True,
        documented=False,
        reads_request=False,  # "not found" comes before any fault of the body
        save_session=False,
        csrf=False,
    )
    def nothing_here(self, unknown=""):
        """404, or 405 when the address exists with other methods; always JSON."""
        router = (
            request.env["ir.http"]
            .routing_map()
            .bind_to_environ(request.httprequest.environ)
        )
        allowed = []
        for method in HTTP_METHODS:
            try:
                rule, _args = router.match(
                    path_info=request.httprequest.path,
                    method=method,
                    return_rule=True,
                )
            except (NotFound, MethodNotAllowed):
                continue
            if rule.endpoint.routing.get("reads_request", True):
                allowed.append(method)
        if allowed:
            raise errors.MethodNotAllowed(allowed)
        raise errors.NotFound
