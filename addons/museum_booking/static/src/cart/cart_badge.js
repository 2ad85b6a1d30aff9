import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";
import {getCart} from "./cart_api";
import {whenTold} from "./cart_tabs";

/** Show how many tickets (and other things) are in the cart, wherever it is shown. */
export function showBadge(quantity) {
    // Odoo's own scripts compare with what they have noted here.
    sessionStorage.setItem("website_sale_cart_quantity", quantity);
    for (const badge of document.querySelectorAll(".my_cart_quantity")) {
        badge.textContent = quantity;
        badge.classList.toggle("d-none", !quantity);
    }
}

/** The number in the navbar of pages that do not show the cart itself. */
export class MuseumCartBadge extends Interaction {
    static selector = "header .o_wsale_my_cart";
    dynamicContent = {
        _window: {"t-on-pageshow": this.onPageShow},
    };

    setup() {
        this.registerCleanup(whenTold(() => this.refresh()));
    }

    onPageShow(ev) {
        if (ev.persisted) {
            this.refresh();
        }
    }

    async refresh() {
        if (document.querySelector(".o_museum_cart")) {
            return; // that knows, and asks by itself
        }
        try {
            const cart = await this.waitFor(getCart());
            showBadge(cart.quantity);
            if (cart.items.length && window.location.pathname.endsWith("/shop/cart")) {
                window.location.reload(); // It was empty
            }
        } catch {
            // Offline: the next page shows it.
        }
    }
}

registry
    .category("public.interactions")
    .add("museum_booking.cart_badge", MuseumCartBadge);
