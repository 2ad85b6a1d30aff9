// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
/* global Razorpay */

import {PaymentForm} from "@payment/interactions/payment_form";
import {loadJS} from "@web/core/assets";
import {_t} from "@web/core/l10n/translation";
import {patch} from "@web/core/utils/patch";
import {reopenCart} from "@museum_booking/cart/cart_api";
import {afterRefusal, dismissText, verifyBody} from "./payment_messages";

const VERIFY_ROUTE = "/api/v1/payments/verify";
const STATUS_ROUTE = "/payment/status";

/**
 * Hand the window's answer to the server. Whatever goes wrong on the way, the status page
 * is right: webhook and job finish the payment without the browser.
 *
 * @param {Object} response of the checkout window
 * @returns {Promise<String>} the page to go to
 */
async function verifyPayment(response) {
    try {
        const answer = await fetch(VERIFY_ROUTE, {
            method: "POST",
            headers: {"Content-Type": "application/json"},
            body: JSON.stringify(verifyBody(response)),
            // The visitor may close the tab now: the request still goes out.
            keepalive: true,
        });
        return (answer.ok && (await answer.json()).next) || STATUS_ROUTE;
    } catch {
        return STATUS_ROUTE;
    }
}

patch(PaymentForm.prototype, {
    async _processDirectFlow(providerCode, optionId, methodCode, processingValues) {
        if (providerCode !== "razorpay") {
            return super._processDirectFlow(...arguments);
        }
        if (processingValues.state === "done") {
            // The last attempt had gone through, only its answer was lost.
            window.location = STATUS_ROUTE;
            return;
        }
        this._razorpayFailure = "";
        this._razorpayNotice("");
        try {
            await this.waitFor(loadJS(processingValues.checkout_js));
        } catch {
            await this._razorpayGiveUp({
                closed: _t(
                    "The payment window could not be loaded. Nothing was charged. Please try again, or in another browser."
                ),
            });
            return;
        }
        const checkout = new Razorpay(this._prepareRazorpayOptions(processingValues));
        checkout.on("payment.failed", (response) => {
            // The window shows it too and stays open for another try.
            this._razorpayFailure = response.error.description;
            this._razorpayNotice(this._razorpayFailure);
        });
        checkout.open();
    },

    _prepareRazorpayOptions(processingValues) {
        const openedAt = Date.now();
        const timeout = processingValues.timeout;
        const options = {
            ...super._prepareRazorpayOptions(...arguments),
            name: processingValues.name,
            prefill: processingValues.prefill,
            retry: {enabled: true},
            handler: (response) => this._razorpayPaid(response),
            modal: {
                ondismiss: () => {
                    const late = timeout && Date.now() - openedAt >= timeout * 1000;
                    this._razorpayDismissed(Boolean(late));
                },
                confirm_close: true,
            },
        };
        if (timeout) {
            options.timeout = timeout;
        }
        return options;
    },

    async _razorpayPaid(response) {
        this._razorpayNotice(_t("Your payment arrived. We are booking your visit…"));
        window.location = await verifyPayment(response);
    },

    /**
     * The window was closed without a payment: that one is given up.
     *
     * @param {Boolean} late whether the time for the payment is over
     */
    async _razorpayDismissed(late) {
        const texts = {
            late: _t(
                "The time for the payment is over and nothing was charged. Go back to your cart to reserve the seats again."
            ),
            failed: _t("The payment did not go through: %s You can try again."),
            closed: _t("Nothing was charged. You can pay again."),
        };
        await this._razorpayGiveUp(texts, late);
    },

    /**
     * Have the museum ask Razorpay and give the payment up, and say how it stands. Who
     * gives it up may change the cart.
     *
     * @param {Object} texts see dismissText
     * @param {Boolean} [late] whether the time for the payment is over
     */
    async _razorpayGiveUp(texts, late = false) {
        let doubt = "";
        try {
            const {status, next} = await this.waitFor(reopenCart());
            if (status === "paid") {
                window.location = next;
                return;
            }
        } catch (refusal) {
            const unknown = _t(
                "The museum cannot be reached, so we do not know yet whether the payment went through. Please check your connection and look at your cart before you pay again."
            );
            const found = afterRefusal(refusal, unknown);
            if (found.isOnItsWay) {
                window.location = STATUS_ROUTE;
                return;
            }
            doubt = found.doubt;
        }
        this._razorpayReturn(dismissText(texts, late, this._razorpayFailure, doubt));
    },

    _razorpayReturn(text) {
        this._razorpayNotice(text);
        this._enableButton();
        const notice = this.el.querySelector("[name='o_razorpay_notice']");
        notice?.scrollIntoView({block: "nearest"});
    },

    /**
     * Say something above the payment methods; screen readers hear it.
     *
     * @param {String} text empty takes the notice away
     */
    _razorpayNotice(text) {
        let notice = this.el.querySelector("[name='o_razorpay_notice']");
        if (!notice) {
            notice = document.createElement("div");
            notice.setAttribute("name", "o_razorpay_notice");
            notice.setAttribute("role", "status");
            this.el.prepend(notice);
        }
        notice.className = text ? "alert alert-warning" : "";
        notice.textContent = text;
    },
});
