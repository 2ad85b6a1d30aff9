import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";
import {getCart} from "./cart_api";
import {whenTold} from "./cart_tabs";
import {LAST, MINUTE, offsetOf, phaseOf, timeLeft} from "./clock";
import {isNewWarning, noteHeld, notedHeld} from "./held";

/** Show how many tickets (and other things) are in the cart, wherever it is shown. */
export function showBadge(quantity) {
    // Odoo's own scripts compare with what they have noted here.
    sessionStorage.setItem("website_sale_cart_quantity", quantity);
    for (const badge of document.querySelectorAll(".my_cart_quantity")) {
        badge.textContent = quantity;
        badge.classList.toggle("d-none", !quantity);
    }
}

/**
 * The number in the navbar of pages that do not show the cart itself, and their warning
 * two minutes before its seats are released.
 */
export class MuseumCartBadge extends Interaction {
    static selector = "header .o_wsale_my_cart";
    dynamicContent = {
        _window: {"t-on-pageshow": this.onPageShow},
        _document: {"t-on-visibilitychange": this.onVisibilityChange},
    };

    setup() {
        this.registerCleanup(whenTold(() => this.refresh()));
        this.registerCleanup(() => clearTimeout(this.timer));
    }

    start() {
        this.watch();
    }

    onPageShow(ev) {
        if (ev.persisted) {
            this.refresh();
        }
    }

    onVisibilityChange() {
        this.watch(); // A laptop that slept has late timers
    }

    /**
     * Wake when two minutes are left, by what this browser last heard. Where the end is
     * past, this asks once, and the number is right again.
     */
    watch() {
        clearTimeout(this.timer);
        const {heldUntil, offset} = notedHeld();
        const left = timeLeft(heldUntil, offset, Date.now());
        if (
            left !== null &&
            !document.hidden &&
            !document.querySelector(".o_museum_cart")
        ) {
            this.timer = setTimeout(
                () => this.onLast(),
                Math.max(0, left - 2 * MINUTE)
            );
        }
    }

    /** The server knows whether it is so; another tab may have asked for more time. */
    async onLast() {
        try {
            await this.ask();
        } catch {
            return; // Offline: nothing can be done about it there
        }
        const {heldUntil, offset} = notedHeld();
        const left = timeLeft(heldUntil, offset, Date.now());
        if (phaseOf(left) === LAST) {
            if (isNewWarning(heldUntil)) {
                this.warn();
            }
        } else if (left) {
            this.watch();
        }
    }

    warn() {
        this.services.notification.add(
            _t("The seats in your cart are held for less than two more minutes."),
            {
                type: "warning",
                sticky: true,
                buttons: [
                    {
                        name: _t("Go to the cart"),
                        primary: true,
                        onClick: () => {
                            window.location = "/shop/cart";
                        },
                    },
                ],
            }
        );
    }

    async ask() {
        const cart = await this.waitFor(getCart());
        noteHeld(cart.held_until || "", offsetOf(cart.server_time, Date.now()));
        showBadge(cart.quantity);
        return cart;
    }

    async refresh() {
        if (document.querySelector(".o_museum_cart")) {
            return; // that knows, and asks by itself
        }
        try {
            const cart = await this.ask();
            this.watch();
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
