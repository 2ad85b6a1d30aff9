import {registry} from "@web/core/registry";

import {apiGet, apiSend, newKey} from "@museum_exhibition/booking/api";
import {readAddress} from "@museum_exhibition/booking/address";
import {BookingLive} from "@museum_exhibition/booking/booking_live";
import {
    lastDayOf,
    monthOf,
    moveFocus,
    shiftMonth,
} from "@museum_exhibition/booking/calendar";
import {urlOf} from "@museum_exhibition/booking/drawing";
import {daysNear} from "@museum_exhibition/booking/live";
import {outcomeOf} from "@museum_exhibition/booking/outcome";
import {moveOf, visitToMove} from "@museum_exhibition/booking/moving";
import {forCart, step, totals, typed} from "@museum_exhibition/booking/quantities";
import {dayOfMoment} from "@museum_exhibition/booking/times";

/**
 * The booking page after its first drawing by the server: day, time, tickets.
 *
 * What is chosen lives in the address (date, slot, q), so reload and the back button
 * work. What is asked and pushed is booking_live.js, what is drawn booking_view.js; what
 * may be chosen is decided by the pure modules beside them.
 */
export class BookingPage extends BookingLive {
    static selector = ".o_museum_booking";
    dynamicContent = {
        _root: {
            "t-on-click": this.onClick,
            "t-on-keydown": this.onKeydown,
            "t-on-change": this.onChange,
        },
        _window: {
            "t-on-popstate": this.onPopState,
            "t-on-pageshow": this.onPageShow,
            "t-on-online": this.onOnline,
        },
        _document: {"t-on-visibilitychange": this.onVisibilityChange},
    };

    start() {
        this.setTabStops();
        this.keepTyped();
        this.renderCategories();
        this.nameZone();
        this.updateSteps();
        if (this.settings.replace) {
            this.ask(
                () => this.findMoved(),
                () => {},
                {quiet: true}
            );
        }
        this.schedulePoll();
        this.watch();
        this.registerCleanup(() => {
            clearTimeout(this.pollTimer);
            clearTimeout(this.monthTimer);
        });
    }

    // -- what is chosen -------------------------------------------------------------

    /** Change what is chosen, its address and what is shown. */
    choose(changes, {replace = false} = {}) {
        Object.assign(this.chosen, changes);
        const url = urlOf(this.chosen, this.settings);
        if (replace) {
            history.replaceState(null, "", url);
        } else {
            history.pushState(null, "", url);
        }
        this.show();
    }

    /** Show what is chosen, and ask the API for what is not known yet. */
    show() {
        this.key = null;
        this.clearStatus();
        for (const el of this.el.querySelectorAll(".is-open")) {
            el.classList.remove("is-open");
        }
        if (this.chosen.date && monthOf(this.chosen.date) !== this.chosen.month) {
            this.chosen.month = monthOf(this.chosen.date);
        }
        const asked = [this.showMonth(), this.showTimes(), this.showCategories()];
        this.updateSteps();
        return Promise.all(asked);
    }

    /** Numbers that were typed into the page's form before this script was there. */
    keepTyped() {
        const quantities = {...this.chosen.quantities};
        let isChanged = false;
        for (const input of this.el.querySelectorAll("input[data-plain]")) {
            if (input.value !== input.defaultValue) {
                quantities[input.dataset.plain] = Math.max(
                    0,
                    parseInt(input.value) || 0
                );
                isChanged = true;
            }
        }
        if (isChanged) {
            this.chosen.quantities = quantities;
            history.replaceState(null, "", urlOf(this.chosen, this.settings));
        }
    }

    setQuantities(quantities) {
        this.chosen.quantities = quantities;
        this.key = null;
        history.replaceState(null, "", urlOf(this.chosen, this.settings));
        this.updateQuantities();
        this.updateSteps();
    }

    // -- moving a visit of the cart -------------------------------------------------

    /** Which visit gets another time; it may have left the cart meanwhile. */
    async findMoved() {
        const {replace, exhibition} = this.settings;
        this.moved = visitToMove(await apiGet("/cart"), replace, exhibition);
        if (!this.moved) {
            this.settings.replace = null;
        }
        this.renderMoved();
        this.updateSteps();
    }

    forgetMoved() {
        this.settings.replace = null;
        this.moved = null;
        this.renderMoved();
        this.updateSteps();
    }

    async addToCart() {
        if (!this.canAdd || this.isAdding) {
            return;
        }
        this.isAdding = true;
        const button = this.el.querySelector(".o_museum_add");
        button.disabled = true;
        button.setAttribute("aria-busy", "true");
        this.clearStatus();
        this.key = this.key || newKey();
        const body = {
            slot_id: this.chosen.slotId,
            // Of a time that is not drawn yet nobody was told when it starts.
            ...(this.slot && {expected_start_at: this.slot.start_at}),
            categories: forCart(this.chosen.quantities),
            // What was shown is what is asked for: another price is told first.
            expected_total_minor: totals(this.categories, this.chosen.quantities).minor,
        };
        try {
            if (this.settings.replace && !this.moved) {
                await this.waitFor(this.findMoved());
            }
            const move = moveOf(this.moved, body);
            await this.waitFor(apiSend(move.method, move.path, move.body, this.key));
        } catch (failure) {
            this.mayAddAgain();
            if (!failure.kind) {
                throw failure;
            }
            if (failure.code === "not_found" && this.moved) {
                // It has left the cart meanwhile: then this is a new visit.
                this.forgetMoved();
                await this.addToCart();
                return;
            }
            this.notAdded(failure);
            return;
        }
        this.settings.replace = null;
        this.moved = null;
        // Whoever comes back from the cart starts with no tickets: those are in it. The
        // button stays shut until the cart is there.
        this.setQuantities({});
        window.location.assign(this.settings.cartUrl);
    }

    mayAddAgain() {
        this.isAdding = false;
        this.el.querySelector(".o_museum_add").removeAttribute("aria-busy");
        this.updateSteps();
    }

    /** The choices stay, whatever the reason; say it and offer the next step. */
    notAdded(failure) {
        const outcome = outcomeOf(failure);
        if (!outcome.retry) {
            this.key = null;
        }
        if (outcome.action === "price") {
            this.sayPrice(failure.details);
            return;
        }
        const level = outcome.action === "trouble" ? "danger" : "warning";
        this.alternatives = outcome.alternatives;
        this.setStatus(level, this.words.failure(failure, this.categories), {
            alternatives: outcome.alternatives,
            days:
                outcome.action === "other_time" && !outcome.alternatives.length
                    ? daysNear(this.days, this.chosen.date)
                    : [],
            canRetry: outcome.retry,
            canReload: outcome.action === "reload",
        });
        this.showStatus();
        if (outcome.action === "other_time") {
            // What is shown was not true any more.
            this.loadTimes({quiet: true});
            this.loadCategories({quiet: true});
        }
    }

    /** Another price than the one that was shown: nothing is taken before it is seen. */
    sayPrice(details) {
        const {expected_total_minor: before, total_minor: after, categories} = details;
        const text = this.words.priceChanged(before, after);
        this.setStatus("warning", text, {price: after});
        this.showStatus();
        const prices = new Map(categories.map((category) => [category.id, category]));
        this.categories = this.categories.map((category) => {
            const {price_minor, regular_price_minor, price_reason} =
                prices.get(category.id) || category;
            return {...category, price_minor, regular_price_minor, price_reason};
        });
        this.renderCategories();
        this.updateSteps();
    }

    // -- events ---------------------------------------------------------------------

    onClick(ev) {
        if (ev.ctrlKey || ev.metaKey || ev.shiftKey || ev.button) {
            return; // a new tab is the browser's business
        }
        const el = ev.target.closest(
            "a[data-date], a[data-move], a[data-slot], [data-change], [data-step]," +
                " [data-alternative], .o_museum_add, .o_museum_retry," +
                " .o_museum_other_tickets"
        );
        if (!el) {
            return;
        }
        ev.preventDefault();
        if (el.dataset.date) {
            this.chooseDay(el.dataset.date);
        } else if (el.dataset.move) {
            this.moveMonth(Number(el.dataset.move));
        } else if (el.dataset.slot) {
            this.chooseSlot(Number(el.dataset.slot));
        } else if (el.dataset.change) {
            el.closest(".o_museum_step").classList.toggle("is-open");
        } else if (el.dataset.step) {
            this.onStep(el);
        } else if (el.dataset.alternative) {
            this.chooseAlternative(Number(el.dataset.alternative));
        } else if (el.matches(".o_museum_other_tickets")) {
            this.clearStatus();
            this.toStep("tickets");
        } else if (el.matches(".o_museum_add") && this.isTaken) {
            this.offerOthers(this.words.taken(this.slot));
        } else {
            this.addToCart();
        }
    }

    chooseDay(date) {
        this.focusDate = date;
        if (date !== this.chosen.date) {
            this.choose({date, slotId: null});
        } else {
            this.show();
        }
        this.toStep("time");
    }

    chooseSlot(slotId) {
        if (slotId !== this.chosen.slotId) {
            this.choose({slotId}, {replace: Boolean(this.chosen.slotId)});
        } else {
            this.show();
        }
        this.toStep("tickets");
    }

    chooseAlternative(slotId) {
        const slot = this.alternatives.find((other) => other.id === slotId);
        this.choose({date: dayOfMoment(slot.start_at), slotId});
        this.toStep("tickets");
    }

    moveMonth(months) {
        const month = shiftMonth(this.chosen.month, months);
        this.chosen.month = month;
        if (!this.chosen.date) {
            history.replaceState(null, "", urlOf(this.chosen, this.settings));
        }
        this.showMonth();
        this.el.querySelector(`[data-move="${months}"]`)?.focus();
    }

    onStep(button) {
        if (button.getAttribute("aria-disabled") === "true") {
            return;
        }
        const category = this.categoryOf(button);
        this.setQuantities(
            step(
                category,
                this.categories,
                this.chosen.quantities,
                this.limits,
                Number(button.dataset.step)
            )
        );
    }

    categoryOf(el) {
        const id = Number(el.closest("[data-category]").dataset.category);
        return this.categories.find((category) => category.id === id);
    }

    onChange(ev) {
        if (ev.target.matches(".o_museum_stepper input")) {
            const category = this.categoryOf(ev.target);
            this.setQuantities(
                typed(
                    category,
                    this.categories,
                    this.chosen.quantities,
                    this.limits,
                    ev.target.value
                )
            );
            ev.target.value = this.chosen.quantities[category.id] || 0;
        }
    }

    onKeydown(ev) {
        const day = ev.target.closest?.(".o_museum_day");
        if (!day) {
            return;
        }
        if (ev.key === " " && day.tagName === "A") {
            ev.preventDefault();
            this.chooseDay(day.dataset.date);
            return;
        }
        const {today, lastDay, weekStart} = this.settings;
        const target = moveFocus(day.dataset.date, ev.key, {
            first: `${monthOf(today)}-01`,
            last: lastDayOf(monthOf(lastDay || today)),
            weekStart,
            rtl: document.documentElement.dir === "rtl",
        });
        if (!target) {
            return;
        }
        ev.preventDefault();
        this.focusDate = target;
        if (monthOf(target) === this.chosen.month) {
            this.setTabStops();
            this.dayEl(target)?.focus();
        } else {
            this.chosen.month = monthOf(target);
            this.showMonth();
        }
    }

    onPopState() {
        const address = readAddress(window.location.search);
        Object.assign(this.chosen, {
            date: address.date,
            slotId: address.slotId,
            quantities: address.quantities,
            month: address.month || this.chosen.month,
        });
        this.show();
    }

    onPageShow(ev) {
        if (ev.persisted) {
            this.mayAddAgain();
            this.renderMoved();
            this.poll();
        }
    }

    /** Nobody looks: nobody asks. Whoever comes back sees what is true now. */
    onVisibilityChange() {
        if (document.hidden) {
            clearTimeout(this.pollTimer);
        } else {
            this.poll();
        }
    }

    onOnline() {
        this.poll();
    }
}

registry
    .category("public.interactions")
    .add("museum_exhibition.booking_page", BookingPage);
