import {_t} from "@web/core/l10n/translation";
import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";
import {renderToFragment} from "@web/core/utils/render";

import {apiGet, apiPost, newKey} from "@museum_exhibition/booking/api";
import {readAddress, writeAddress} from "@museum_exhibition/booking/address";
import {
    dayForIntl,
    isFree,
    lastDayOf,
    monthOf,
    monthWeeks,
    moveFocus,
    shiftMonth,
    tabDay,
} from "@museum_exhibition/booking/calendar";
import {formatMinor} from "@museum_exhibition/booking/money";
import {outcomeOf} from "@museum_exhibition/booking/outcome";
import {
    fits,
    forCart,
    onlyKnown,
    step,
    totals,
    typed,
    whyNotMore,
} from "@museum_exhibition/booking/quantities";
import {
    clockOf,
    dayOfMoment,
    groupByPart,
    sameTimes,
} from "@museum_exhibition/booking/times";

const POLL_MS = 25000;
// Some of the polls look at the whole month: days fill more slowly than times.
const MONTH_EVERY = 4;
// From here on a time says "Only ..."; twin of controllers/pages.py.
const FEW_SEATS = 10;
const NARROW = "(max-width: 767.98px)";

/**
 * The booking page after its first drawing by the server: day, time, tickets.
 *
 * What is chosen lives in the address (date, slot, q), so reload and the back button
 * work; seats come from the API every 25 seconds while the page is seen. What may be
 * chosen is decided by the pure modules beside this file.
 */
export class BookingPage extends Interaction {
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

    setup() {
        const start = JSON.parse(this.el.dataset.booking);
        this.settings = start;
        this.chosen = {
            month: start.month,
            date: start.date || null,
            slotId: start.slotId || null,
            quantities: readAddress(browserSearch()).quantities,
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
        this.longDay = this.intl({weekday: "long", month: "long", day: "numeric"});
        this.shortDay = this.intl({weekday: "short", month: "short", day: "numeric"});
        this.monthName = this.intl({month: "long", year: "numeric"});
    }

    start() {
        this.setTabStops();
        this.renderCategories();
        this.updateSteps();
        const timer = setInterval(() => this.poll(), POLL_MS);
        this.registerCleanup(() => clearInterval(timer));
        this.registerCleanup(() => this.loading?.abort());
    }

    // -- words ----------------------------------------------------------------------

    intl(options) {
        return new Intl.DateTimeFormat(this.settings.lang, {
            ...options,
            timeZone: "UTC",
        });
    }

    price(minor) {
        return minor ? formatMinor(minor, this.settings.money) : _t("Free");
    }

    seatsText(slot) {
        if (slot.status === "full") {
            return _t("Full");
        }
        if (slot.status === "closed") {
            return _t("Closed");
        }
        if (slot.seats_left === null) {
            return _t("Places free");
        }
        return slot.seats_left <= FEW_SEATS
            ? _t("Only %s left", slot.seats_left)
            : _t("%s left", slot.seats_left);
    }

    partName(part) {
        const names = {
            morning: _t("Morning"),
            afternoon: _t("Afternoon"),
            evening: _t("Evening"),
        };
        return names[part];
    }

    ticketsText(number) {
        return number === 1 ? _t("1 ticket") : _t("%s tickets", number);
    }

    // -- what is chosen -------------------------------------------------------------

    get slot() {
        return this.slots.find((slot) => slot.id === this.chosen.slotId) || null;
    }

    get limits() {
        const slot = this.slot;
        return {
            maxPerBooking: this.settings.maxPerBooking,
            seatsLeft: slot ? slot.seats_left : null,
        };
    }

    urlOf(chosen) {
        return this.settings.bookUrl + writeAddress(chosen);
    }

    /** Change what is chosen, its address and what is shown. */
    choose(changes, {replace = false} = {}) {
        Object.assign(this.chosen, changes);
        const url = this.urlOf(this.chosen);
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

    // -- month ----------------------------------------------------------------------

    hasMonth(month) {
        return this.loadedMonths?.has(month) || month === this.settings.month;
    }

    async showMonth() {
        const month = this.chosen.month;
        this.renderMonth();
        if (!this.hasMonth(month)) {
            await this.loadMonth(month);
        }
    }

    async loadMonth(month, {quiet = false} = {}) {
        await this.ask(
            () =>
                apiGet(`/exhibitions/${this.settings.exhibition}/available-dates`, {
                    month,
                }),
            (answer) => {
                this.loadedMonths = (this.loadedMonths || new Set()).add(month);
                for (const day of Object.keys(this.days)) {
                    if (monthOf(day) === month) {
                        delete this.days[day];
                    }
                }
                Object.assign(this.days, byDate(answer.items));
                if (this.chosen.month === month) {
                    this.renderMonth();
                }
            },
            {quiet}
        );
    }

    renderMonth() {
        const {month, date} = this.chosen;
        const {today, lastDay, weekdays, weekStart} = this.settings;
        const part = this.part("month");
        const hadFocus = part.contains(document.activeElement);
        const before = shiftMonth(month, -1);
        const after = shiftMonth(month, 1);
        const cells = (week) => week.map((day) => day && this.cell(day, today));
        const monthUrl = (other) =>
            this.urlOf({month: other, date: null, quantities: this.chosen.quantities});
        const context = {
            weekdays,
            month: {
                name: this.monthName.format(dayForIntl(`${month}-01`)),
                previous: month > monthOf(today) ? before : null,
                previousUrl: monthUrl(before),
                next: lastDay && monthOf(lastDay) >= after ? after : null,
                nextUrl: monthUrl(after),
                weeks: monthWeeks(month, weekStart).map((week) => ({
                    isChosen: Boolean(date) && week.includes(date),
                    cells: cells(week),
                })),
            },
        };
        part.replaceChildren(
            renderToFragment("museum_exhibition.BookingMonth", context)
        );
        this.setTabStops();
        if (hadFocus) {
            this.dayEl(this.focusDate)?.focus();
        }
    }

    cell(day, today) {
        const status = this.days[day]?.status || "none";
        const isChosen = day === this.chosen.date;
        const names = ["o_museum_day", `is-${status}`];
        if (day === today) {
            names.push("is-today");
        }
        if (isChosen) {
            names.push("is-chosen");
        }
        return {
            date: day,
            status,
            isChosen,
            isFree: isFree(status),
            number: Number(day.slice(8)),
            name: this.longDay.format(dayForIntl(day)),
            url: this.urlOf({date: day, quantities: this.chosen.quantities}),
            cls: names.join(" "),
        };
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

    // -- times ----------------------------------------------------------------------

    async showTimes() {
        const {date} = this.chosen;
        if (!date) {
            this.slots = [];
            this.slotsDate = null;
            this.renderTimes();
        } else if (this.slotsDate === date) {
            this.renderTimes();
        } else {
            await this.loadTimes();
        }
    }

    async loadTimes({quiet = false} = {}) {
        const {date} = this.chosen;
        const isNew = this.slotsDate !== date;
        if (isNew) {
            this.slots = [];
            this.slotsDate = date;
            this.renderTimes({isLoading: true});
        }
        const done = await this.ask(
            () =>
                apiGet(`/exhibitions/${this.settings.exhibition}/time-slots`, {date}),
            (answer) => {
                if (this.chosen.date === date) {
                    this.setSlots(answer.items);
                }
            },
            {quiet}
        );
        if (!done && isNew && this.chosen.date === date) {
            this.slotsDate = null; // asked again when chosen again
        }
    }

    /** New seats: same times change in place, so that nothing jumps. */
    setSlots(slots) {
        const isSame = sameTimes(this.slots, slots);
        this.slots = slots;
        const wasDrawn = this.part("times").querySelector(".o_museum_time");
        if (isSame && wasDrawn) {
            this.updateTimes();
        } else {
            this.renderTimes();
        }
        this.updateSteps();
    }

    timeOf(slot) {
        const isChosen = slot.id === this.chosen.slotId;
        const {date, quantities} = this.chosen;
        return {
            ...slot,
            isChosen,
            isFree: isFree(slot.status),
            clock: clockOf(slot.start_at, this.settings.hour12),
            seats: this.seatsText(slot),
            url: this.urlOf({date, slotId: slot.id, quantities}),
            cls: `o_museum_time is-${slot.status}${isChosen ? " is-chosen" : ""}`,
        };
    }

    renderTimes({isLoading = false} = {}) {
        const parts = groupByPart(this.slots).map(({part, slots}) => ({
            part,
            name: this.partName(part),
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

    // -- tickets --------------------------------------------------------------------

    async showCategories() {
        const {slotId} = this.chosen;
        if (slotId && this.categoriesSlot !== slotId) {
            // Prices may differ from time to time; the old ones stay until then.
            await this.ask(
                () =>
                    apiGet(
                        `/exhibitions/${this.settings.exhibition}/ticket-categories`,
                        {slot_id: slotId}
                    ),
                (answer) => {
                    if (this.chosen.slotId === slotId) {
                        this.categories = answer.items;
                        this.categoriesSlot = slotId;
                        this.renderCategories();
                        this.updateSteps();
                    }
                }
            );
        } else {
            this.renderCategories();
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
                price: this.price(category.price_minor),
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
            const why = whyNotMore(
                category,
                this.categories,
                quantities,
                this.limits
            );
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
            limit.textContent = this.limitText(reasons);
        }
    }

    limitText(reasons) {
        const sum = totals(this.categories, this.chosen.quantities);
        const {seatsLeft, maxPerBooking} = this.limits;
        if (seatsLeft !== null && sum.seats > seatsLeft) {
            return _t(
                "Only %s places are left at this time. Choose fewer tickets or another time.",
                seatsLeft
            );
        }
        if (reasons.has("seats")) {
            return _t("That is all there is at this time.");
        }
        if (reasons.has("booking")) {
            return _t("At most %s tickets in one booking.", maxPerBooking);
        }
        return "";
    }

    /** Disabled for everybody, but the focus stays where it was. */
    disable(button, isDisabled) {
        button.setAttribute("aria-disabled", isDisabled ? "true" : "false");
        button.classList.toggle("disabled", isDisabled);
    }

    setQuantities(quantities) {
        this.chosen.quantities = quantities;
        this.key = null;
        history.replaceState(null, "", this.urlOf(this.chosen));
        this.updateQuantities();
        this.updateSteps();
    }

    // -- steps, summary, bar --------------------------------------------------------

    updateSteps() {
        const {date, slotId} = this.chosen;
        const slot = this.slot;
        const day = date ? this.longDay.format(dayForIntl(date)) : "";
        const clock = slot ? clockOf(slot.start_at, this.settings.hour12) : "";
        const short = date ? this.shortDay.format(dayForIntl(date)) : "";
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
        const {quantities} = this.chosen;
        const sum = totals(this.categories, quantities);
        const lines = this.categories
            .filter((category) => quantities[category.id])
            .map((category) => ({
                id: category.id,
                name: category.name,
                number: quantities[category.id],
                price: this.price(category.price_minor * quantities[category.id]),
            }));
        this.part("summary").replaceChildren(
            renderToFragment("museum_exhibition.BookingSummary", {day, clock, lines})
        );
        const canAdd = this.canAdd;
        const slot = this.slot;
        let text = "";
        if (!this.chosen.date) {
            text = _t("Choose a day");
        } else if (!this.chosen.slotId) {
            text = _t("Choose a time");
        } else if (slot && !isFree(slot.status)) {
            text = _t("This time is full now. Choose another one.");
        } else if (!sum.tickets) {
            text = _t("Choose your tickets");
        } else {
            text = this.ticketsText(sum.tickets);
        }
        const total = this.el.querySelector(".o_museum_total");
        total.textContent = sum.tickets ? this.price(sum.minor) : "";
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

    part(name) {
        return this.el.querySelector(`[data-part="${name}"]`);
    }

    // -- asking the server ----------------------------------------------------------

    /**
     * Ask the API and use the answer; a lost network is said, and healed by itself.
     *
     * @returns {Promise<boolean>} whether there was an answer
     */
    async ask(request, use, {quiet = false} = {}) {
        try {
            const answer = await this.waitFor(request());
            if (this.isOffline) {
                this.clearStatus();
            }
            use(answer);
            return true;
        } catch (failure) {
            if (!failure.kind) {
                throw failure;
            }
            if (failure.kind === "network") {
                this.sayOffline();
            } else if (!quiet) {
                this.setStatus("warning", this.failureText(failure), {
                    canReload: true,
                });
            }
            return false;
        }
    }

    async poll() {
        if (document.hidden || this.isAdding) {
            return;
        }
        this.polls += 1;
        if (this.chosen.date) {
            await this.loadTimes({quiet: true});
        }
        if (!this.chosen.date || this.polls % MONTH_EVERY === 0) {
            await this.loadMonth(this.chosen.month, {quiet: true});
        }
    }

    /** Everything anew: after a pause, the back button from the cart, the network. */
    async refresh() {
        await this.loadMonth(this.chosen.month, {quiet: true});
        if (this.chosen.date) {
            await this.loadTimes({quiet: true});
        }
        if (this.chosen.slotId && this.categoriesSlot !== this.chosen.slotId) {
            await this.showCategories();
        }
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
            categories: forCart(this.chosen.quantities),
        };
        try {
            await this.waitFor(apiPost("/cart/items", body, this.key));
            this.key = null;
            window.location.assign(this.settings.cartUrl);
        } catch (failure) {
            if (!failure.kind) {
                throw failure;
            }
            this.notAdded(failure);
        } finally {
            this.isAdding = false;
            button.removeAttribute("aria-busy");
            this.updateSteps();
        }
    }

    /** The choices stay, whatever the reason; say it and offer the next step. */
    notAdded(failure) {
        const outcome = outcomeOf(failure);
        if (!outcome.retry) {
            this.key = null;
        }
        const text = this.failureText(failure);
        if (outcome.action === "other_time") {
            this.alternatives = outcome.alternatives;
            this.loadTimes({quiet: true});
        }
        const level = outcome.action === "trouble" ? "danger" : "warning";
        this.setStatus(level, text, {
            alternatives: outcome.alternatives,
            canRetry: outcome.retry,
            canReload: outcome.action === "reload",
        });
        this.isOffline = outcome.action === "offline";
        this.el
            .querySelector(".o_museum_booking_status")
            .scrollIntoView({block: "center", behavior: this.scrolling});
    }

    failureText(failure) {
        const texts = {
            offline: _t(
                "There is no connection. Your choices are kept; nothing was added yet."
            ),
            wait: _t("Many people are booking right now. Please try again in a moment."),
            reload: _t("This page is too old. Please load it again; your choices stay."),
            desk: _t("Tickets for this are not sold online. Please ask at our desk."),
            trouble: _t(
                "Something went wrong on our side. Your choices are kept; please try again."
            ),
        };
        const {action, alternatives} = outcomeOf(failure);
        if (action === "other_time") {
            const offer = alternatives.length
                ? _t("These times have room for you:")
                : _t("Please choose another time.");
            return `${failure.message} ${offer}`;
        }
        return texts[action] || failure.message;
    }

    // -- what is said ---------------------------------------------------------------

    setStatus(level, text, {alternatives = [], canRetry = false, canReload = false} = {}) {
        const context = {
            level,
            text,
            canRetry,
            canReload,
            alternatives: alternatives.map((slot) => ({
                id: slot.id,
                name: `${this.shortDay.format(dayForIntl(dayOfMoment(slot.start_at)))}, ${clockOf(slot.start_at, this.settings.hour12)}`,
                seats: this.seatsText(slot),
            })),
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

    // -- events ---------------------------------------------------------------------

    onClick(ev) {
        if (ev.ctrlKey || ev.metaKey || ev.shiftKey || ev.button) {
            return; // a new tab is the browser's business
        }
        const el = ev.target.closest(
            "a[data-date], a[data-move], a[data-slot], [data-change], [data-step]," +
                " [data-alternative], .o_museum_add, .o_museum_retry"
        );
        if (!el) {
            return;
        }
        ev.preventDefault();
        if (el.matches(".o_museum_day")) {
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
            history.replaceState(null, "", this.urlOf(this.chosen));
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
        const address = readAddress(browserSearch());
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
            this.refresh();
        }
    }

    onVisibilityChange() {
        if (!document.hidden) {
            this.refresh();
        }
    }

    onOnline() {
        this.refresh();
    }

    get scrolling() {
        return matchMedia("(prefers-reduced-motion: reduce)").matches
            ? "auto"
            : "smooth";
    }

    /** On a phone the next step comes into view by itself. */
    toStep(name) {
        if (matchMedia(NARROW).matches) {
            this.el
                .querySelector(`.o_museum_step_${name}`)
                .scrollIntoView({block: "start", behavior: this.scrolling});
        }
    }
}

function byDate(days) {
    return Object.fromEntries(days.map((day) => [day.date, day]));
}

function browserSearch() {
    return window.location.search;
}

registry
    .category("public.interactions")
    .add("museum_exhibition.booking_page", BookingPage);
