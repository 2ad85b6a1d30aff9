import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";
import {
    changeItem,
    clearCart,
    extendCart,
    getCart,
    removeItem,
    reopenCart,
} from "./cart_api";
import {showBadge} from "./cart_badge";
import {isNewWarning, noteHeld} from "./held";
import {tellTabs, whenTold} from "./cart_tabs";
import {LAST, OVER, QUIET, SOON, clockText, offsetOf, phaseOf, timeLeft} from "./clock";

// Several taps on + are one request.
const TAP_PAUSE = 400;
// Whoever comes back to the tab after so long sees the cart as it is now, ms.
const STALE_AFTER = 30000;

/**
 * The visits in the cart (and, read only, on the summary): their clock, their numbers.
 * What the server says is shown by swapping in its own page, so both always agree.
 */
export class MuseumCart extends Interaction {
    static selector = ".o_museum_cart";
    dynamicContent = {
        _root: {"t-on-click": this.onClick},
        _document: {"t-on-visibilitychange": this.onVisibilityChange},
        _window: {"t-on-pageshow": this.onPageShow, "t-on-online": this.tick},
    };

    setup() {
        this.readClock();
        this.phase = QUIET;
        this.told = ""; // Which clock's last two minutes were announced
        this.changes = new Map(); // Booking reference -> timer of its pending change
        this.isOver = false;
        this.asked = Date.now();
        const timer = setInterval(() => this.tick(), 1000);
        this.registerCleanup(() => clearInterval(timer));
        this.registerCleanup(whenTold(() => this.swapQuietly()));
    }

    start() {
        this.wake();
        this.tick();
        const [entry] = performance.getEntriesByType("navigation");
        if (entry?.type === "back_forward") {
            // The page may be as old as the browser's cache: so would be its clock.
            this.swapQuietly();
        } else {
            tellTabs(); // A visit may just have been added
        }
        const added = document.querySelector(".o_museum_cart_added_text");
        if (added) {
            // A live region says only what changes after it is there.
            this.waitForTimeout(() => this.say(added.innerText), 500);
        }
    }

    /** The page comes with shut buttons: before this script a tap would be lost. */
    wake() {
        for (const button of this.el.querySelectorAll("[data-museum-action]")) {
            button.disabled = false;
        }
    }

    onPageShow(ev) {
        if (ev.persisted) {
            this.swapQuietly();
        }
    }

    onVisibilityChange() {
        this.tick();
        if (!document.hidden && Date.now() - this.asked > STALE_AFTER) {
            this.swapQuietly();
        }
    }

    // === CLOCK ===

    readClock() {
        this.heldUntil = this.el.dataset.heldUntil;
        this.offset = offsetOf(this.el.dataset.serverTime, Date.now());
        noteHeld(this.heldUntil, this.offset);
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
        } else if (phase === LAST && this.told !== this.heldUntil) {
            this.told = this.heldUntil;
            isNewWarning(this.heldUntil); // Other pages need not say it again
            this.warn(
                this.el.querySelector(".o_museum_cart_extend")
                    ? _t(
                          "Your seats are held for two more minutes. You can ask for more time."
                      )
                    : _t(
                          "Your seats are held for two more minutes, and cannot be kept longer. Please pay now."
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
            const now = Date.parse(cart.server_time);
            if (
                cart.items.some((i) => i.held_until && Date.parse(i.held_until) <= now)
            ) {
                // What is told of the end has no fractions of a second.
                this.waitForTimeout(() => this.onOver(), 1000);
                return;
            }
            this.warn(_t("Your seats were released."));
            document.querySelector(".o_museum_cart_added")?.remove();
            tellTabs();
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

    /** Interrupts whoever listens: for what cannot wait. */
    warn(text) {
        this.el.querySelector(".o_museum_cart_urgent").textContent = text;
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
                    changeItem(card.dataset.booking, this.wishOf(card), {
                        start: card.dataset.start,
                        total: Number(button.dataset.total),
                    })
                );
            case "again-all":
                return this.run(null, () => this.againAll());
            case "reopen":
                return this.run(
                    null,
                    () => this.reopen(),
                    _t("You can change it now.")
                );
            case "move":
                return this.run(
                    card,
                    () =>
                        changeItem(card.dataset.booking, this.wishOf(card), {
                            slot: Number(button.dataset.slot),
                            start: button.dataset.start,
                            total: Number(button.dataset.total),
                        }),
                    _t("Your seats are held at the other time.")
                );
            case "clear":
                return this.askToClear(Number(button.dataset.seats));
            case "extend":
                return this.extend();
        }
    }

    /** One after the other; what is refused is said, and the others are taken. */
    async againAll() {
        let refused = null;
        for (const card of this.el.querySelectorAll(".o_museum_cart_visit")) {
            const again = card.querySelector("[data-museum-action='again']");
            if (again) {
                try {
                    await changeItem(card.dataset.booking, this.wishOf(card), {
                        start: card.dataset.start,
                        total: Number(again.dataset.total),
                    });
                } catch (failure) {
                    refused = failure;
                }
            }
        }
        if (refused) {
            throw refused;
        }
    }

    async reopen() {
        const {status, next} = await reopenCart();
        if (status === "paid") {
            window.location = next;
        }
    }

    async extend() {
        const before = this.heldUntil;
        await this.run(null, extendCart);
        const isLonger = Date.parse(this.heldUntil) > Date.parse(before);
        if (isLonger && this.el.querySelector(".o_museum_cart_extend")) {
            this.say(_t("Your seats are held longer now."));
        } else {
            const cap = this.el.querySelector(".o_museum_clock_cap");
            this.say(cap?.textContent.replace(/\s+/g, " ").trim() || "");
        }
    }

    askToClear(seats) {
        this.services.dialog.add(ConfirmationDialog, {
            title: _t("Empty the cart?"),
            body: seats
                ? _t(
                      "The seats that are held for you (%s) go back to everybody.",
                      seats
                  )
                : _t("All of it is taken out."),
            confirmLabel: _t("Empty the cart"),
            confirmClass: "btn-danger",
            cancelLabel: _t("Keep it"),
            confirm: () => {
                this.run(null, clearCart);
            },
            cancel: () => {},
        });
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
            tellTabs();
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

    /** Show what is true now, when there is a connection. */
    async swapQuietly() {
        try {
            await this.swap();
        } catch {
            // Offline: the clock goes on, and each change asks again.
        }
    }

    /** Swap in the visits, the totals and the badge of the page as it is now. */
    async swap() {
        this.asked = Date.now();
        const response = await this.waitFor(
            fetch(window.location.pathname, {
                credentials: "same-origin",
                // What was just added is said to the visitor, not to this.
                headers: {"X-Museum-Fetched": "1"},
            })
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
        this.wake();
        Object.assign(this.el.dataset, cart.dataset);
        this.readClock();
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
        // The totals' column is there while something is held.
        const [old, now] = [document, fresh].map((page) =>
            page.querySelector(".oe_cart")
        );
        if (old && now) {
            old.className = now.className;
        }
        const badge = fresh.querySelector(".my_cart_quantity");
        if (badge) {
            showBadge(Number(badge.textContent));
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
