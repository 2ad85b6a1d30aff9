import {PaymentForm} from "@payment/interactions/payment_form";
import {_t} from "@web/core/l10n/translation";
import {patch} from "@web/core/utils/patch";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";
import {acceptSummary} from "../cart/cart_api";
import {saveCompany} from "./company";
import {askAgain, isAbout, isOpen, saveContact} from "./contact";
import {askVisitorsAgain, isAboutVisitors, saveVisitors} from "./visitors";

function complain(summary, message, link) {
    const alert = document.createElement("div");
    alert.className = "alert alert-warning";
    alert.append(message);
    for (const [label, href] of link) {
        const a = document.createElement("a");
        a.className = "alert-link ms-2";
        a.href = href;
        a.textContent = label;
        alert.append(" ", a);
    }
    const box = summary.querySelector(".o_museum_order_message");
    box.replaceChildren(alert);
    box.scrollIntoView({block: "center"});
}

/**
 * Accept the terms and let the server look at prices and seats once more.
 *
 * @param {HTMLElement} summary the page's .o_museum_order
 * @returns {Promise<boolean>} whether the visitor may pay now; else the page says why
 */
export async function lockForPayment(summary) {
    summary.querySelector(".o_museum_order_message").replaceChildren();
    // What an earlier attempt to pay came to is over now.
    for (const old of document.querySelectorAll("[name='o_razorpay_notice']")) {
        old.className = "";
        old.replaceChildren();
    }
    const box = summary.querySelector("#o_museum_accept");
    if (summary.dataset.terms && !box.checked) {
        box.classList.add("is-invalid");
        complain(summary, _t("Please accept the terms of the visit first."), []);
        box.focus();
        return false;
    }
    box?.classList.remove("is-invalid");
    if (isOpen(summary) && !(await saveContact(summary))) {
        return false;
    }
    if (!(await saveVisitors(summary)) || !(await saveCompany(summary))) {
        return false;
    }
    try {
        await acceptSummary(Boolean(box?.checked), Number(summary.dataset.totalMinor));
        return true;
    } catch (failure) {
        explain(summary, failure);
        return false;
    }
}

function explain(summary, failure) {
    if (isAbout(failure)) {
        askAgain(summary, failure.details);
        return;
    }
    if (isAboutVisitors(failure)) {
        askVisitorsAgain(summary, failure.details.visitors);
        return;
    }
    if (failure.details?.is_empty) {
        // Paid meanwhile, by the app perhaps: that page shows what was bought, or the cart.
        window.location = "/shop/payment";
        return;
    }
    const cart = [_t("Go to your cart"), "/shop/cart"];
    switch (failure.code) {
        case "price_changed":
            complain(summary, failure.message, [
                [_t("See the new price"), "/shop/payment"],
                [_t("Change your cart"), "/shop/cart"],
            ]);
            break;
        case "unauthorized":
            window.location = "/web/login/code?redirect=/shop/payment";
            break;
        case "network":
            complain(
                summary,
                _t("There is no connection just now. Nothing was charged."),
                []
            );
            break;
        default:
            complain(summary, failure.message || _t("Please try again."), [cart]);
    }
}

patch(PaymentForm.prototype, {
    /**
     * Terms, prices and seats come before the money.
     *
     * @override
     */
    async submitForm(ev) {
        const summary = document.querySelector(".o_museum_order");
        if (summary) {
            ev.stopPropagation();
            ev.preventDefault();
            this._disableButton(true);
            const mayPay = await this.waitFor(lockForPayment(summary));
            this._enableButton(true);
            if (!mayPay) {
                return;
            }
        }
        return super.submitForm(...arguments);
    },
});

/** An order that costs nothing has no payment form: its own button confirms it. */
export class MuseumFreeOrder extends Interaction {
    static selector = "form[name='o_wsale_confirm_order']";
    dynamicContent = {
        _root: {"t-on-submit.prevent": this.locked(this.onSubmit, true)},
    };

    async onSubmit() {
        const summary = document.querySelector(".o_museum_order");
        if (!summary || (await this.waitFor(lockForPayment(summary)))) {
            this.el.submit();
        }
    }
}

registry
    .category("public.interactions")
    .add("museum_booking.free_order", MuseumFreeOrder);
