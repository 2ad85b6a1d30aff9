import {_t} from "@web/core/l10n/translation";
import {Interaction} from "@web/public/interaction";
import {renderToFragment} from "@web/core/utils/render";

import {readAddress} from "@museum_exhibition/booking/address";
import {isFree, monthOf, tabDay} from "@museum_exhibition/booking/calendar";
import {
    alternativeContext,
    categoryContext,
    monthContext,
    nearDayContext,
    summaryContext,
    timeContext,
} from "@museum_exhibition/booking/drawing";
import {daysNear, isOtherZone, timesNear} from "@museum_exhibition/booking/live";
import {ownAt} from "@museum_exhibition/booking/moving";
import {
    brokenRules,
    fits,
    leftAt,
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
        this.isLoading = false;
        this.isOffline = false;
        this.alternatives = start.alternatives || [];
        this.drawnMonth = this.monthSign();
        this.focusDate = null;
        this.moved = null; // the visit of the cart that gets another time
        this.words = new Words(start);
    }

    get slot() {
        return this.slots.find((slot) => slot.id === this.chosen.slotId) || null;
    }

    get limits() {
        const {maxPerBooking, minPerBooking} = this.settings;
        const own = ownAt(this.slot, this.moved);
        const left = leftAt(this.slot, this.categories, own);
        return {maxPerBooking, minPerBooking, ...left};
    }

    /** The time that the visit being moved has now: it has its seats there already. */
    isOwnTime(slot) {
        return Boolean(this.moved?.held_until && this.moved.slot.id === slot.id);
    }

    /** Whether a time can be chosen: also the own one of a moved visit when it is full. */
    isOpen(slot) {
        return isFree(slot.status) || (slot.status === "full" && this.isOwnTime(slot));
    }

    part(name) {
        return this.el.querySelector(`[data-part="${name}"]`);
    }

    renderMonth() {
        const part = this.part("month");
        const focused = part.contains(document.activeElement)
            ? document.activeElement
            : null;
        const ownDay = this.moved ? dayOfMoment(this.moved.slot.start_at) : null;
        const settings = {...this.settings, ownDay};
        const context = monthContext(this.chosen, this.days, settings, this.words);
        this.drawnMonth = this.monthSign();
        part.replaceChildren(
            renderToFragment("museum_exhibition.BookingMonth", context)
        );
        this.setTabStops();
        if (focused?.dataset.move) {
            const {move} = focused.dataset;
            // At the last month its arrow is gone: the other one leads back.
            (
                part.querySelector(`[data-move="${move}"]`) ||
                part.querySelector("[data-move]")
            )?.focus();
        } else if (focused) {
            this.dayEl(this.focusDate)?.focus();
        }
    }

    /** Draw the month again only when a day of it says something else now. */
    updateMonth() {
        if (this.monthSign() !== this.drawnMonth) {
            this.renderMonth();
        }
    }

    monthSign() {
        const {month, date} = this.chosen;
        const days = Object.entries(this.days)
            .filter(([day]) => monthOf(day) === month)
            .map(([day, {status, sale_starts_at}]) => [day, status, sale_starts_at]);
        return JSON.stringify([month, date, days]);
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
        return timeContext(
            slot,
            this.chosen,
            this.settings,
            this.words,
            this.isOpen(slot)
        );
    }

    renderTimes() {
        const {date} = this.chosen;
        const focused = this.part("times").contains(document.activeElement)
            ? document.activeElement.dataset.slot
            : null;
        const parts = groupByPart(this.slots).map(({part, slots}) => ({
            part,
            name: this.words.part(part),
            slots: slots.map((slot) => this.timeOf(slot)),
        }));
        const isFull = parts.length && !this.slots.some((slot) => this.isOpen(slot));
        const nearDays = isFull ? daysNear(this.days, date) : [];
        const context = {
            date,
            parts,
            isLoading: this.isLoading,
            nearDays: nearDays.map((day) =>
                nearDayContext(day, this.chosen, this.settings, this.words)
            ),
        };
        this.part("times").replaceChildren(
            renderToFragment("museum_exhibition.BookingTimes", context)
        );
        if (focused) {
            this.el.querySelector(`a[data-slot="${focused}"]`)?.focus();
        }
        this.nameZone();
    }

    /** Name the venue's zone beside its times where the visitor's clock differs. */
    nameZone() {
        const moment = this.slots[0]?.start_at;
        const isOther =
            moment && isOtherZone(moment, -new Date(moment).getTimezoneOffset());
        this.el.querySelector(".o_museum_zone").textContent = isOther
            ? this.words.zone(moment)
            : "";
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
            const seats = el.querySelector(".o_museum_time_seats");
            if (seats.textContent !== time.seats) {
                seats.textContent = time.seats;
            }
        }
    }

    /** New prices and limits; drawn in place while the same categories are shown. */
    setCategories(categories) {
        this.categories = categories;
        this.renderCategories();
    }

    renderCategories() {
        const part = this.part("tickets");
        const focused = part.contains(document.activeElement)
            ? document.activeElement
            : null;
        const category = focused?.closest("[data-category]")?.dataset.category;
        this.chosen.quantities = this.categories.length
            ? onlyKnown(this.categories, this.chosen.quantities)
            : this.chosen.quantities;
        const {own} = this.limits;
        const context = {
            slotId: this.chosen.slotId,
            categories: this.categories.map((found) =>
                categoryContext(found, this.words, own[found.id])
            ),
        };
        part.replaceChildren(
            renderToFragment("museum_exhibition.BookingCategories", context)
        );
        this.updateQuantities();
        if (category) {
            const what = focused.dataset.step
                ? `[data-step="${focused.dataset.step}"]`
                : "input";
            part.querySelector(`[data-category="${category}"] ${what}`)?.focus();
        }
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
            const [broken] = sum.tickets
                ? brokenRules(this.categories, quantities, this.limits)
                : [];
            limit.textContent =
                (broken && this.words.broken(broken, this.categories)) ||
                this.words.limit(reasons, sum, this.limits);
            limit.classList.toggle("text-danger", Boolean(broken));
            limit.classList.toggle("is-reached", Boolean(broken || reasons.size));
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
        const total = this.el.querySelector(".o_museum_total");
        total.textContent = sum.tickets ? this.words.price(sum.minor) : "";
        this.el.querySelector(".o_museum_total_tickets").textContent =
            this.nextText(sum);
        this.updateButton();
    }

    /** What the bar says: what is chosen, or what to choose next. */
    nextText(sum) {
        if (!this.chosen.date) {
            return _t("Choose a day");
        }
        if (!this.chosen.slotId) {
            return _t("Choose a time");
        }
        if (this.isTaken) {
            return this.slot?.status === "full"
                ? _t("This time is full now.")
                : _t("This time is not on sale any more.");
        }
        if (!sum.tickets) {
            return _t("Choose your tickets");
        }
        const {quantities} = this.chosen;
        const [broken] = brokenRules(this.categories, quantities, this.limits);
        return (
            (broken && this.words.broken(broken, this.categories)) ||
            this.words.tickets(sum.tickets)
        );
    }

    /** Whether the chosen time cannot be had any more: the button offers others. */
    get isTaken() {
        const {slotId, date} = this.chosen;
        if (!slotId || this.isLoading || this.slotsDate !== date) {
            return false;
        }
        return !(this.slot && this.isOpen(this.slot));
    }

    updateButton() {
        const button = this.el.querySelector(".o_museum_add");
        button.dataset.label ||= button.textContent.trim();
        let label = this.moved ? _t("Change visit") : button.dataset.label;
        if (this.isTaken) {
            label = _t("Other times");
        }
        if (button.textContent !== label) {
            button.textContent = label;
        }
        button.disabled = this.isAdding || !(this.canAdd || this.isTaken);
    }

    /** Times near the one that was taken, of the same day, else days near it. */
    offerOthers(text) {
        const {date, slotId, quantities} = this.chosen;
        const {seats} = totals(this.categories, quantities);
        this.alternatives = timesNear(
            this.slots,
            this.slot || {id: slotId, start_at: `${date}T12:00:00Z`},
            Math.max(1, seats)
        );
        const days = this.alternatives.length ? [] : daysNear(this.days, date);
        const offer = this.words.offer(this.alternatives.length, days.length);
        this.setStatus("warning", `${text} ${offer}`, {
            alternatives: this.alternatives,
            days,
        });
        this.showStatus();
    }

    get canAdd() {
        const slot = this.slot;
        return Boolean(
            slot &&
            this.isOpen(slot) &&
            this.categoriesSlot === slot.id &&
            fits(this.categories, this.chosen.quantities, this.limits)
        );
    }

    setStatus(
        level,
        text,
        {alternatives = [], days = [], price, canRetry, canReload} = {}
    ) {
        const context = {
            level,
            text,
            price: price && this.words.price(price),
            canRetry: Boolean(canRetry),
            canReload: Boolean(canReload),
            days: days.map((day) =>
                nearDayContext(day, this.chosen, this.settings, this.words)
            ),
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

    /** Bring what was said into view; its first button gets the focus. */
    showStatus() {
        const status = this.el.querySelector(".o_museum_booking_status");
        status.scrollIntoView({block: "center", behavior: this.scrolling});
        status.querySelector("button, a")?.focus({preventScroll: true});
    }

    /** Tell those who cannot see it, without interrupting them. */
    say(text) {
        this.el.querySelector(".o_museum_said").textContent = text;
    }

    clearStatus() {
        this.isOffline = false;
        this.el.querySelector(".o_museum_booking_status").replaceChildren();
    }

    /** Said where nothing else is: an answer to a click stays until the next one. */
    sayOffline() {
        const status = this.el.querySelector(".o_museum_booking_status");
        if (!status.children.length) {
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
        this.updateButton();
        this.renderMonth(); // its own day and time can be chosen even when full
        this.renderTimes();
        this.renderCategories();
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
