# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re

from odoo.tests import HttpCase, tagged

from ..controllers.api_dispatcher import API_ROOT
from ..controllers.openapi import HTTP_METHODS, build_document, installed_museum_addons


@tagged("post_install", "-at_install")
class TestApiDocument(HttpCase):
    """The document says what the code does, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.document = build_document(installed_museum_addons(cls.env))

    def test_document_is_valid_openapi(self):
        # A tool of development: the suite that this project runs always has it.
        from openapi_spec_validator import validate

        self.assertEqual(self.document["openapi"], "3.1.0")
        validate(self.document)

    def _documented(self):
        return {
            (path, method.upper()): operation
            for path, item in self.document["paths"].items()
            for method, operation in item.items()
            if method.upper() in HTTP_METHODS
        }

    def _routed(self):
        ir_http = self.env["ir.http"]
        rules = ir_http._generate_routing_rules(
            sorted(self.env.registry._init_modules), ir_http._get_converters()
        )
        routed = {}
        for url, endpoint in rules:
            routing = endpoint.routing
            if routing["type"] != "museum_api" or not routing.get("documented", True):
                continue
            path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", url)
            for method in routing["methods"]:
                routed[path.removeprefix(API_ROOT), method] = endpoint
        return routed

    def test_every_route_is_documented_and_every_document_routed(self):
        routed, documented = set(self._routed()), set(self._documented())
        self.assertFalse(routed - documented, "routes without description")
        self.assertFalse(documented - routed, "descriptions without route")

    def test_every_operation_is_complete(self):
        names = []
        for (path, method), operation in self._documented().items():
            with self.subTest(path=path, method=method):
                names.append(operation["operationId"])
                self.assertTrue(operation["summary"])
                self.assertTrue(operation["tags"])
                in_path = {
                    parameter["name"]
                    for parameter in self._parameters(operation)
                    if parameter["in"] == "path"
                }
                self.assertEqual(in_path, set(re.findall(r"{([^}]+)}", path)))
        self.assertEqual(len(names), len(set(names)), "operationId twice")

    def _parameters(self, operation):
        for parameter in operation.get("parameters", []):
            if "$ref" in parameter:
                name = parameter["$ref"].rpartition("/")[2]
                parameter = self.document["components"]["parameters"][name]
            yield parameter

    def test_it_is_served(self):
        response = self.url_open(f"{API_ROOT}/openapi.json")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.json(), self.document)
