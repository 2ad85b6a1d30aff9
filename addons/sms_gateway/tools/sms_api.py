# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The two providers, in the shape that Odoo's ``sms`` asks for."""

import logging

import requests
from urllib3.exceptions import HTTPError

from odoo.addons.sms.tools.sms_api import SmsApiBase

from ..lib import dlt

_logger = logging.getLogger(__name__)

# Seconds to connect, and as many between two bytes of the answer.
TIMEOUT = 8
LONGEST_ANSWER = 64 * 1024
# After so many failures one after the other the gateway is left alone in this batch.
FAILURES_TO_STOP = 2


class SmsApiLog(SmsApiBase):
    """Keeps messages in a list and sends nothing: for development and trying."""

    def _send_sms_batch(self, messages, delivery_reports_url=False):
        lines, results = [], []
        for message in messages:
            for number in message["numbers"]:
                lines.append(
                    {
                        "number": number["number"],
                        "body": message["content"],
                        "company_id": self.company.id,
                    }
                )
                results.append({"uuid": number["uuid"], "state": "success"})
        # Whoever may send may not read what was sent.
        self.env["sms.log"].sudo().create(lines)
        return results


class SmsApiDlt(SmsApiBase):
    """Sends registered texts to a gateway by HTTP, one request for each message."""

    PROVIDER_TO_SMS_FAILURE_TYPE = SmsApiBase.PROVIDER_TO_SMS_FAILURE_TYPE | {
        "country_not_supported": "sms_country_not_supported",
        "dlt_refused": "dlt_refused",
        "dlt_setup": "dlt_setup",
        "dlt_text": "dlt_text",
        "gateway_busy": "sms_server",
        "insufficient_credit": "sms_credit",
    }

    def _get_sms_api_error_messages(self):
        return {
            **super()._get_sms_api_error_messages(),
            "country_not_supported": self.env._(
                "The gateway is for Indian numbers only."
            ),
            "dlt_refused": self.env._("The gateway refused the message."),
            "dlt_setup": self.env._(
                "The gateway is not set up: look at its address, key, sender and"
                " entity in the settings."
            ),
            "dlt_text": self.env._(
                "The text is not one that is registered for DLT. Change it, or add it"
                " to the registered texts."
            ),
            "gateway_busy": self.env._(
                "The gateway did not answer. The message is tried again three times."
            ),
            "insufficient_credit": self.env._("The gateway asks for money."),
            "wrong_number_format": self.env._("The gateway does not know this number."),
        }

    def _send_sms_batch(self, messages, delivery_reports_url=False):
        """Send each message whose text is registered.

        :return: see Odoo's method; besides ``failure_reason``, words for people
        """
        settings = self.company.sudo()._sms_dlt_settings()
        words = self._get_sms_api_error_messages()
        results, failures = [], 0
        with requests.Session() as session:
            for message in messages:
                text = message["content"] or ""
                template = settings and self.company.sudo()._sms_dlt_template(text)
                for number in message["numbers"]:
                    if not settings:
                        answer = dlt.Answer("dlt_setup")
                    elif failures >= FAILURES_TO_STOP:
                        answer = dlt.Answer("gateway_busy")
                    else:
                        answer = self._send_one(
                            session, settings, template, text, number
                        )
                        is_busy = answer.state == "gateway_busy"
                        failures = failures + 1 if is_busy else 0
                    result = {"uuid": number["uuid"], "state": answer.state}
                    if answer.state != "success":
                        own = words.get(answer.state, "")
                        result["failure_reason"] = " ".join(
                            part for part in (own, answer.reason) if part
                        )
                    results.append(result)
        return results

    def _send_one(self, session, settings, template, text, number):
        to = number["number"] or ""
        if not to:
            return dlt.Answer("sms_number_missing")
        if not to.startswith(dlt.COUNTRY_PREFIX):
            return dlt.Answer("country_not_supported")
        if not template:
            return dlt.Answer("dlt_text")
        body = {
            "sender": settings["sender"],
            "entity_id": settings["entity_id"],
            "template_id": template.template_id,
            "to": to,
            "text": text,
            "reference": number["uuid"],
        }
        try:
            response = session.post(
                settings["url"],
                json=body,
                headers={"Authorization": f"Bearer {settings['api_key']}"},
                timeout=TIMEOUT,
                # The key goes where it was meant to go, and nowhere else.
                allow_redirects=False,
                stream=True,
            )
            with response:
                raw = response.raw.read(LONGEST_ANSWER, decode_content=True)
        except requests.exceptions.SSLError:
            return dlt.Answer("dlt_setup", "TLS")
        except (requests.exceptions.RequestException, HTTPError, OSError) as error:
            # Neither number nor text: logs are read by more people.
            _logger.warning("SMS gateway: %s", type(error).__name__)
            return dlt.Answer("gateway_busy")
        return dlt.answer(response.status_code, dlt.decoded(raw))
