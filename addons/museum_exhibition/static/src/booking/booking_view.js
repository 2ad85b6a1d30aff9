import {_t} from "@web/core/l10n/translation";
import {Interaction} from "@web/public/interaction";
import {renderToFragment} from "@web/core/utils/render";

import {readAddress} from "@museum_exhibition/booking/address";
import {isFree, monthOf, tabDay} from "@museum_exhibition/booking/calendar";
import {
    alternativeContext,
    monthContext,
    summaryContext,
    timeContext,
} from "@museum_exhibition/booking/drawing";
import {heldBy} from "@museum_exhibition/booking/moving";
import {
    fits,
    onlyKnown,
    totals,
    whyNotMore,
} from "@museum_exhibition/booking/quantities";
import {dayOfMoment, groupByPart} from "@museum_exhibition/booking/times";
import {Words} from "@museum_exhibition/booking/words";

const NARROW = "(max-width: 767.98px)";

/** @returns {Object<string, Object>} the API's days by their date */
export function byDate(days) {
    return Object.fromEntries(days.map((day) => [day.date, day]));
}

/**
 * What the booking page knows and how it shows it; what happens is booking_page.js.
 *
 * Draws again only what changed, in place where it can, so that nothing jumps and the
 * focus stays where it was.
 */
export class BookingView extends Interaction {
    setup() {
        const start = JSON.parse(this.el.dataset.booking);
        const address = readAddress(window.location.search);
        this.settings = {...start, replace: address.replace};
        this.chosen = {
            month: start.month,
            date: start.date || null,
            slotId: start.slotId || null,
            quantities: address.quantities,
        };
        this.days = byDate(start.days);
        this.slots = start.slots;
        this.slotsDate = start.date || null;
        this.categories = start.categories;
        this.categoriesSlot = start.slotId || null;
        this.key = null;
        this.polls = 0;
        this.isOffline = false;
        this.focusDate = null;
        this.moved = null; // the visit of the cart that gets another time
        this.words = new Words(start);
    }

    get slot() {
        return this.slots.find((slot) => slot.id === this.chosen.slotId) || null;
    }

    get limits() {
        const slot = this.slot;
        let seatsLeft = slot ? slot.seats_left : null;
        if (seatsLeft !== null && this.moved?.slot.id === slot.id) {
            seatsLeft += totals(this.categories, heldBy(this.moved)).seats;
        }
        return {maxPerBooking: this.settings.maxPerBooking, seatsLeft};
    }

    part(name) {
        return this.el.querySelector(`[data-part="${name}"]`);
    }

    renderMonth() {
        const part = this.part("month");
        const focused = part.contains(document.activeElement)
            ? document.activeElement
            : null;
        const context = monthContext(this.chosen, this.days, this.settings, this.words);
        part.replaceChildren(
            renderToFragment("museum_exhibition.BookingMonth", context)
        );
        this.setTabStops();
        if (focused?.dataset.move) {
            part.querySelector(`[data-move="${focused.dataset.move}"]`)?.focus();
        } else if (focused) {
            this.dayEl(this.focusDate)?.focus();
        }
    }

    dayEl(day) {
        return this.el.querySelector(`.o_museum_day[data-date="${day}"]`);
    }

    /** One day of the grid is in the Tab order, the others by the arrow keys. */
    setTabStops() {
        const {month, date} = this.chosen;
        if (!this.focusDate || monthOf(this.focusDate) !== month) {
            this.focusDate = tabDay(month, date, this.days);
        }
        for (const el of this.el.querySelectorAll(".o_museum_day")) {
            el.tabIndex = el.dataset.date === this.focusDate ? 0 : -1;
        }
    }

    timeOf(slot) {
        return timeContext(slot, this.chosen, this.settings, this.words);
    }

    renderTimes({isLoading = false} = {}) {
        const parts = groupByPart(this.slots).map(({part, slots}) => ({
            part,
            name: this.words.part(part),
            slots: slots.map((slot) => this.timeOf(slot)),
        }));
        const context = {date: this.chosen.date, parts, isLoading};
        this.part("times").replaceChildren(
            renderToFragment("museum_exhibition.BookingTimes", context)
        );
    }

    updateTimes() {
        for (const slot of this.slots) {
            const time = this.timeOf(slot);
            const el = this.el.querySelector(`[data-slot="${slot.id}"]`);
            if (!el || (el.tagName === "A") !== time.isFree) {
                // A link became a text or the other way round.
                this.renderTimes();
                return;
            }
            el.className = time.cls;
            el.querySelector(".o_museum_time_seats").textContent = time.seats;
        }
    }

    renderCategories() {
        const part = this.part("tickets");
        this.chosen.quantities = this.categories.length
            ? onlyKnown(this.categories, this.chosen.quantities)
            : this.chosen.quantities;
        const context = {
            slotId: this.chosen.slotId,
            categories: this.categories.map((category) => ({
                ...category,
                price: this.words.price(category.price_minor),
            })),
        };
        part.replaceChildren(
            renderToFragment("museum_exhibition.BookingCategories", context)
        );
        this.updateQuantities();
    }

    /** Numbers, buttons, limits and totals after anything about tickets changed. */
    updateQuantities() {
        const {quantities} = this.chosen;
        const reasons = new Set();
        for (const category of this.categories) {
            const row = this.el.querySelector(`[data-category="${category.id}"]`);
            if (!row?.querySelector("input")) {
                continue;
            }
            const number = quantities[category.id] || 0;
            const why = whyNotMore(category, this.categories, quantities, this.limits);
            const input = row.querySelector("input");
            if (input !== document.activeElement || input.value !== String(number)) {
                input.value = number;
            }
            row.classList.toggle("is-chosen", number > 0);
            this.disable(row.querySelector('[data-step="-1"]'), !number);
            this.disable(row.querySelector('[data-step="1"]'), Boolean(why));
            if (number && why) {
                reasons.add(why);
            }
        }
        const limit = this.el.querySelector(".o_museum_limit");
        if (limit) {
            const sum = totals(this.categories, quantities);
            limit.textContent = this.words.limit(reasons, sum, this.limits);
        }
    }

    /** Disabled for everybody, but the focus stays where it was. */
    disable(button, isDisabled) {
        button.setAttribute("aria-disabled", isDisabled ? "true" : "false");
        button.classList.toggle("disabled", isDisabled);
    }

    updateSteps() {
        const {date, slotId} = this.chosen;
        const slot = this.slot;
        const day = date ? this.words.longDay(date) : "";
        const clock = slot ? this.words.clock(slot.start_at) : "";
        const short = date ? this.words.shortDay(date) : "";
        this.setStep("day", date ? "done" : "current", short);
        this.setStep("time", slotId ? "done" : date ? "current" : "waiting", clock);
        this.setStep("tickets", slotId ? "current" : "waiting");
        this.updateQuantities();
        this.updateSummary(day, clock);
    }

    setStep(name, state, answer) {
        const step_ = this.el.querySelector(`.o_museum_step_${name}`);
        for (const other of ["done", "current", "waiting"]) {
            step_.classList.toggle(`is-${other}`, other === state);
        }
        const el = step_.querySelector(".o_museum_step_answer");
        if (el) {
            el.textContent = answer;
        }
    }

    updateSummary(day, clock) {
        const sum = totals(this.categories, this.chosen.quantities);
        this.part("summary").replaceChildren(
            renderToFragment(
                "museum_exhibition.BookingSummary",
                summaryContext(this.categories, this.chosen, day, clock, this.words)
            )
        );
        const canAdd = this.canAdd;
        const slot = this.slot;
        let text;
        if (!this.chosen.date) {
            text = _t("Choose a day");
        } else if (!this.chosen.slotId) {
            text = _t("Choose a time");
        } else if (this.slots.length && !(slot && isFree(slot.status))) {
            text = _t("This time is full now. Choose another one.");
        } else if (!sum.tickets) {
            text = _t("Choose your tickets");
        } else {
            text = this.words.tickets(sum.tickets);
        }
        const total = this.el.querySelector(".o_museum_total");
        total.textContent = sum.tickets ? this.words.price(sum.minor) : "";
        this.el.querySelector(".o_museum_total_tickets").textContent = text;
        this.el.querySelector(".o_museum_add").disabled = !canAdd || this.isAdding;
    }

    get canAdd() {
        const slot = this.slot;
        return Boolean(
            slot &&
            isFree(slot.status) &&
            this.categoriesSlot === slot.id &&
            fits(this.categories, this.chosen.quantities, this.limits)
        );
    }

    setStatus(
        level,
        text,
        {alternatives = [], canRetry = false, canReload = false} = {}
    ) {
        const context = {
            level,
            text,
            canRetry,
            canReload,
            alternatives: alternatives.map((slot) =>
                alternativeContext(slot, this.words)
            ),
        };
        this.el
            .querySelector(".o_museum_booking_status")
            .replaceChildren(
                renderToFragment("museum_exhibition.BookingStatus", context)
            );
    }

    clearStatus() {
        this.isOffline = false;
        this.el.querySelector(".o_museum_booking_status").replaceChildren();
    }

    sayOffline() {
        if (!this.isOffline) {
            this.isOffline = true;
            this.setStatus(
                "warning",
                _t("There is no connection. Your choices are kept; we keep trying.")
            );
        }
    }

    get scrolling() {
        return matchMedia("(prefers-reduced-motion: reduce)").matches
            ? "auto"
            : "smooth";
    }

    /** Say which visit gets another time, and how to leave it as it is. */
    renderMoved() {
        const part = this.part("moved");
        const button = this.el.querySelector(".o_museum_add");
        button.dataset.label ||= button.textContent;
        button.textContent = this.moved ? _t("Change visit") : button.dataset.label;
        if (!this.moved) {
            part.replaceChildren();
            return;
        }
        const {start_at} = this.moved.slot;
        const context = {
            when: `${this.words.longDay(dayOfMoment(start_at))}, ${this.words.clock(start_at)}`,
            cartUrl: this.settings.cartUrl,
        };
        part.replaceChildren(
            renderToFragment("museum_exhibition.BookingMoved", context)
        );
    }

    /**
     * On a phone the next step comes into view by itself. Where what had the focus is
     * gone, the step's heading gets it: nobody starts again at the top of the page.
     */
    toStep(name) {
        const isNarrow = matchMedia(NARROW).matches;
        const step_ = this.el.querySelector(`.o_museum_step_${name}`);
        const focused = document.activeElement;
        if (!this.el.contains(focused) || !focused.getClientRects().length) {
            step_.querySelector("h2").focus({preventScroll: isNarrow});
        }
        if (isNarrow) {
            step_.scrollIntoView({block: "start", behavior: this.scrolling});
        }
    }
}
