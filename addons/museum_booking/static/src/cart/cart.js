import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";
import {changeItem, extendCart, getCart, removeItem, reopenCart} from "./cart_api";
import {LAST, OVER, QUIET, SOON, clockText, offsetOf, phaseOf, timeLeft} from "./clock";

// Several taps on + are one request.
const TAP_PAUSE = 400;

/**
 * The visits in the cart (and, read only, on the summary): their clock, their numbers.
 * What the server says is shown by swapping in its own page, so both always agree.
 */
export class MuseumCart extends Interaction {
    static selector = ".o_museum_cart";
    dynamicContent = {
        _root: {"t-on-click": this.onClick},
        _document: {"t-on-visibilitychange": this.tick},
        _window: {"t-on-pageshow": this.onPageShow, "t-on-online": this.tick},
    };

    setup() {
        this.readClock();
        this.phase = QUIET;
        this.changes = new Map(); // Booking reference -> timer of its pending change
        this.isOver = false;
        const timer = setInterval(() => this.tick(), 1000);
        this.registerCleanup(() => clearInterval(timer));
    }

    start() {
        this.tick();
        const [entry] = performance.getEntriesByType("navigation");
        if (entry?.type === "back_forward") {
            // The page may be as old as the browser's cache: so would be its clock.
            this.swap();
        }
        this.sayKept();
    }

    /** The booking page added the new visit, but could not remove the old one. */
    sayKept() {
        const url = new URL(window.location);
        const booking = url.searchParams.get("museum_kept");
        if (booking) {
            url.searchParams.delete("museum_kept");
            history.replaceState(null, "", url);
            this.complain(
                booking,
                _t(
                    "Your new time was added, but this visit could not be removed: you have both now. Remove the one that you do not want."
                )
            );
        }
    }

    onPageShow(ev) {
        if (ev.persisted) {
            this.swap();
        }
    }

    // === CLOCK ===

    readClock() {
        this.heldUntil = this.el.dataset.heldUntil;
        this.offset = offsetOf(this.el.dataset.serverTime, Date.now());
    }

    tick() {
        const left = timeLeft(this.heldUntil, this.offset, Date.now());
        const phase = phaseOf(left);
        const clock = this.el.querySelector(".o_museum_clock");
        if (left !== null && clock && phase !== OVER) {
            const text = _t("Seats held for %s", clockText(left));
            clock.querySelector(".o_museum_clock_text").textContent = text;
        }
        if (phase !== this.phase) {
            this.phase = phase;
            this.onPhase(phase);
        }
        clock?.classList.toggle(
            "o_museum_clock_soon",
            phase === SOON || phase === LAST
        );
        const extend = clock?.querySelector(".o_museum_cart_extend");
        extend?.classList.toggle("d-none", phase !== LAST);
    }

    onPhase(phase) {
        if (phase === SOON) {
            this.say(_t("Your seats are held for five more minutes."));
        } else if (phase === LAST) {
            this.say(
                _t(
                    "Your seats are held for two more minutes. You can ask for more time."
                )
            );
        } else if (phase === OVER) {
            this.onOver();
        }
    }

    async onOver() {
        if (this.isOver) {
            return;
        }
        this.isOver = true;
        try {
            const cart = await this.waitFor(getCart());
            this.isOver = false;
            this.say(_t("Your seats were released."));
            if (!this.el.dataset.editable && !cart.items.some((i) => i.held_until)) {
                window.location = "/shop/cart";
                return;
            }
            await this.swap();
        } catch {
            this.isOver = false;
            // Offline: ask again, the next tick of a changed phase would not come.
            this.waitForTimeout(() => this.onOver(), 5000);
        }
    }

    say(text) {
        this.el.querySelector(".o_museum_cart_live").textContent = text;
    }

    // === CHANGES ===

    onClick(ev) {
        const button = ev.target.closest("[data-museum-action]");
        if (!button) {
            return;
        }
        ev.preventDefault();
        const card = button.closest(".o_museum_cart_visit");
        switch (button.dataset.museumAction) {
            case "more":
                return this.step(card, button, 1);
            case "less":
                return this.step(card, button, -1);
            case "remove":
                return this.run(card, () => removeItem(card.dataset.booking));
            case "again":
                return this.run(card, () =>
                    changeItem(
                        card.dataset.booking,
                        this.wishOf(card),
                        card.dataset.start
                    )
                );
            case "reopen":
                return this.run(null, () => this.reopen(), _t("You can change it now."));
            case "extend":
                return this.run(
                    null,
                    extendCart,
                    _t("Your seats are held longer now.")
                );
        }
    }

    async reopen() {
        const {status, next} = await reopenCart();
        if (status === "paid") {
            window.location = next;
        }
    }

    step(card, button, by) {
        const output = button
            .closest(".o_museum_cart_line")
            .querySelector(".o_museum_cart_quantity");
        const quantity = Math.max(0, Number(output.textContent) + by);
        output.textContent = quantity;
        const name = button.closest(".o_museum_cart_line").dataset.name;
        this.say(_t("%(quantity)s × %(name)s", {quantity, name}));
        const booking = card.dataset.booking;
        clearTimeout(this.changes.get(booking));
        const send = () => {
            this.changes.delete(booking);
            this.sendQuantities(card);
        };
        this.changes.set(booking, setTimeout(send, TAP_PAUSE));
    }

    sendQuantities(card) {
        const quantities = {};
        for (const line of card.querySelectorAll(".o_museum_cart_line")) {
            const output = line.querySelector(".o_museum_cart_quantity");
            quantities[line.dataset.category] = Number(output.textContent);
        }
        const booking = card.dataset.booking;
        const isEmpty = Object.values(quantities).every((quantity) => !quantity);
        return this.run(card, () =>
            isEmpty ? removeItem(booking) : changeItem(booking, quantities)
        );
    }

    wishOf(card) {
        const wish = {};
        for (const el of card.querySelectorAll("[data-wish]")) {
            wish[el.dataset.wish] = Number(el.dataset.quantity);
        }
        return wish;
    }

    /** Ask the server, then show what it has; on a refusal also why. */
    async run(card, call, done = "") {
        const booking = card?.dataset.booking;
        this.el.setAttribute("aria-busy", "true");
        card?.classList.add("o_museum_cart_busy");
        let message = "";
        try {
            await this.waitFor(call());
        } catch (failure) {
            message =
                failure.message ||
                _t("There is no connection just now. Nothing was changed.");
        }
        try {
            await this.swap();
        } catch {
            message = message || _t("There is no connection just now.");
        }
        this.el.removeAttribute("aria-busy");
        if (message) {
            this.complain(booking, message);
        } else if (done) {
            this.say(done);
        }
    }

    complain(booking, message) {
        const card = this.cardOf(booking);
        card?.classList.remove("o_museum_cart_busy");
        const box = (card || this.el).querySelector(
            card ? ".o_museum_cart_visit_message" : ".o_museum_cart_message"
        );
        if (!box) {
            this.say(message);
            return;
        }
        const alert = document.createElement("div");
        alert.className = "alert alert-warning py-2 mb-2";
        alert.textContent = message;
        box.replaceChildren(alert);
    }

    cardOf(booking) {
        return [...this.el.querySelectorAll(".o_museum_cart_visit")].find(
            (card) => card.dataset.booking === booking
        );
    }

    // === THE SERVER'S PAGE ===

    /** Swap in the visits, the totals and the badge of the page as it is now. */
    async swap() {
        const response = await this.waitFor(
            fetch(window.location.pathname, {credentials: "same-origin"})
        );
        const html = await this.waitFor(response.text());
        const fresh = new DOMParser().parseFromString(html, "text/html");
        const cart = fresh.querySelector(".o_museum_cart");
        if (!response.ok || response.redirected || !cart) {
            window.location.reload();
            return;
        }
        if (this.changes.size) {
            return; // The visitor is tapping: the answer to that comes next
        }
        const focused = this.focusPath();
        this.el
            .querySelector(".o_museum_cart_body")
            .replaceWith(cart.querySelector(".o_museum_cart_body"));
        Object.assign(this.el.dataset, cart.dataset);
        this.readClock();
        this.phase = phaseOf(timeLeft(this.heldUntil, this.offset, Date.now()));
        this.swapAround(fresh);
        this.tick();
        this.focusAgain(focused);
    }

    /** Other lines and discounts, the totals, and the badge in the navbar. */
    swapAround(fresh) {
        // Discounts stand among the cart's other lines, and follow the visits.
        for (const selector of [".o_wsale_shorter_cart_summary", "#cart_products"]) {
            const old = document.querySelector(selector);
            const now = fresh.querySelector(selector);
            if (old && now) {
                const service = this.services["public.interactions"];
                service.stopInteractions(old);
                old.replaceChildren(...now.childNodes);
                service.startInteractions(old);
            }
        }
        const badges = document.querySelectorAll(".my_cart_quantity");
        const freshBadge = fresh.querySelector(".my_cart_quantity");
        for (const badge of freshBadge ? badges : []) {
            badge.textContent = freshBadge.textContent;
            badge.classList.toggle("d-none", freshBadge.textContent.trim() === "0");
        }
    }

    /** Where the focus is, so that it can be found on the new page. */
    focusPath() {
        const button = document.activeElement?.closest?.("[data-museum-action]");
        if (!button || !this.el.contains(button)) {
            return null;
        }
        return {
            action: button.dataset.museumAction,
            booking: button.closest(".o_museum_cart_visit")?.dataset.booking,
            category: button.closest(".o_museum_cart_line")?.dataset.category,
        };
    }

    focusAgain(path) {
        if (!path) {
            return;
        }
        const card = this.cardOf(path.booking) || this.el;
        const line =
            path.category &&
            card.querySelector(`.o_museum_cart_line[data-category="${path.category}"]`);
        const button = (line || card).querySelector(
            `[data-museum-action="${path.action}"]`
        );
        (button || card.querySelector("a, button"))?.focus();
    }
}

registry.category("public.interactions").add("museum_booking.cart", MuseumCart);
