import {apiGet} from "@museum_exhibition/booking/api";
import {BookingView, byDate} from "@museum_exhibition/booking/booking_view";
import {monthOf} from "@museum_exhibition/booking/calendar";
import {
    freshSeats,
    isOld,
    newsOf,
    nextPollMs,
    withSeats,
} from "@museum_exhibition/booking/live";
import {sameTimes} from "@museum_exhibition/booking/times";

const SEATS = "museum.seats";
// A push about another day of the month: the month is read again, not by all at once.
const MONTH_SOON_MS = 5000;

/**
 * What the booking page asks the server, and what the server pushes.
 *
 * Seats come over Odoo's bus where that reaches, and by asking every now and then; how
 * often, and what a push changes, is decided in live.js. Months are kept as they were
 * read, and read again when they are old.
 */
export class BookingLive extends BookingView {
    setup() {
        super.setup();
        this.startedMs = performance.now();
        this.monthsRead = {[this.settings.month]: this.startedMs};
        this.slotsReadMs = this.serverMs();
        this.told = new Map();
        this.failures = 0;
        this.isPushed = false;
        this.pollTimer = null;
        this.monthTimer = null;
    }

    /** The server's clock, as far as it is known: never ahead of it. */
    serverMs() {
        return this.settings.nowMs + performance.now() - this.startedMs;
    }

    // -- asking ---------------------------------------------------------------------

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
            this.failures = 0;
            use(answer);
            return true;
        } catch (failure) {
            if (!failure.kind) {
                throw failure;
            }
            this.failures += 1;
            if (failure.kind === "network") {
                this.sayOffline();
            } else if (!quiet) {
                this.setStatus("warning", this.words.failure(failure), {
                    canReload: true,
                });
            }
            return false;
        }
    }

    askExhibition(what, params, use, options) {
        const path = `/exhibitions/${this.settings.exhibition}/${what}`;
        return this.ask(() => apiGet(path, params), use, options);
    }

    // -- month ----------------------------------------------------------------------

    /** At once what is known of the month; what is old or unknown is asked for. */
    async showMonth() {
        const {month} = this.chosen;
        this.renderMonth();
        if (isOld(this.monthsRead[month], performance.now())) {
            await this.loadMonth(month, {quiet: month in this.monthsRead});
        }
    }

    async loadMonth(month, {quiet = false} = {}) {
        const use = (answer) => {
            this.monthsRead[month] = performance.now();
            for (const day of Object.keys(this.days)) {
                if (monthOf(day) === month) {
                    delete this.days[day];
                }
            }
            Object.assign(this.days, byDate(answer.items));
            if (this.chosen.month === month) {
                this.updateMonth();
            }
        };
        await this.askExhibition("available-dates", {month}, use, {quiet});
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
            this.isLoading = true;
            this.renderTimes();
        }
        const askedMs = this.serverMs();
        const use = (answer) => {
            if (this.chosen.date === date) {
                this.isLoading = false;
                this.slotsReadMs = askedMs;
                this.setSlots(answer.items);
            }
        };
        const done = await this.askExhibition("time-slots", {date}, use, {quiet});
        if (!done && isNew && this.chosen.date === date) {
            this.slotsDate = null; // asked again when chosen again
        }
    }

    /** New seats: same times change in place, so that nothing jumps. */
    setSlots(slots) {
        const before = this.slot;
        const isSame = sameTimes(this.slots, slots);
        this.slots = slots;
        if (isSame && this.part("times").querySelector(".o_museum_time")) {
            this.updateTimes();
        } else {
            this.renderTimes();
        }
        this.updateSteps();
        const news = newsOf(before, this.slot);
        if (news) {
            this.say(this.words.news(news, this.slot || before));
            if (this.categories.some((category) => category.seats_left !== null)) {
                this.loadCategories({quiet: true});
            }
        }
    }

    // -- tickets --------------------------------------------------------------------

    async showCategories() {
        const {slotId} = this.chosen;
        if (slotId && this.categoriesSlot !== slotId) {
            // Prices may differ from time to time; the old ones stay until then.
            await this.loadCategories();
        } else {
            this.renderCategories();
        }
    }

    async loadCategories({quiet = false} = {}) {
        const {slotId} = this.chosen;
        const use = (answer) => {
            if (this.chosen.slotId === slotId) {
                this.setCategories(answer.items);
                this.categoriesSlot = slotId;
                this.updateSteps();
            }
        };
        const params = {slot_id: slotId};
        await this.askExhibition("ticket-categories", params, use, {quiet});
    }

    // -- asking again and again -----------------------------------------------------

    schedulePoll() {
        clearTimeout(this.pollTimer);
        const state = {
            isHidden: document.hidden,
            isPushed: this.isPushed,
            failures: this.failures,
        };
        const wait = nextPollMs(state, Math.random());
        if (wait !== null) {
            this.pollTimer = setTimeout(() => this.poll(), wait);
        }
    }

    async poll() {
        try {
            if (!this.isAdding) {
                await this.refresh();
            }
        } finally {
            this.schedulePoll();
        }
    }

    /** What is shown, anew: by the clock, after a pause, when the network is back. */
    async refresh() {
        const {date, month, slotId} = this.chosen;
        if (!date || isOld(this.monthsRead[month], performance.now())) {
            await this.loadMonth(month, {quiet: true});
        }
        if (date) {
            await this.loadTimes({quiet: true});
        }
        if (slotId && this.categoriesSlot !== slotId) {
            await this.showCategories();
        }
    }

    // -- pushed ---------------------------------------------------------------------

    /** Watch the exhibition's seats; where the bus does not reach, asking goes on. */
    watch() {
        const bus = this.settings.channel && this.services.bus_service;
        if (!bus) {
            return;
        }
        const onSeats = (message) => this.onSeats(message);
        const onState = ({detail}) => {
            const isPushed = detail === "CONNECTED";
            if (isPushed !== this.isPushed) {
                this.isPushed = isPushed;
                this.schedulePoll();
            }
        };
        bus.subscribe(SEATS, onSeats);
        bus.addEventListener("BUS:WORKER_STATE_UPDATED", onState);
        bus.addChannel(this.settings.channel);
        this.registerCleanup(() => {
            bus.unsubscribe(SEATS, onSeats);
            bus.removeEventListener("BUS:WORKER_STATE_UPDATED", onState);
            bus.deleteChannel(this.settings.channel);
        });
    }

    onSeats(message) {
        const seats = freshSeats(message, this.slotsReadMs, this.told);
        const slots = withSeats(this.slots, seats);
        if (slots) {
            this.setSlots(slots);
        }
        const {month} = this.chosen;
        const isOther = ({id, date}) =>
            monthOf(date) === month && !this.slots.some((slot) => slot.id === id);
        if ((slots || seats.some(isOther)) && !document.hidden) {
            this.readMonthSoon();
        }
    }

    /** The day of a push may be full now; but not each push makes all visitors ask. */
    readMonthSoon() {
        const {month} = this.chosen;
        if (this.monthTimer || !isOld(this.monthsRead[month], performance.now())) {
            return;
        }
        const read = () => {
            this.monthTimer = null;
            this.loadMonth(this.chosen.month, {quiet: true});
        };
        this.monthTimer = setTimeout(read, MONTH_SOON_MS * Math.random());
    }
}
