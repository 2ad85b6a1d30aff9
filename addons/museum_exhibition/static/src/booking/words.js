import {_t} from "@web/core/l10n/translation";

import {dayForIntl} from "@museum_exhibition/booking/calendar";
import {formatMinor} from "@museum_exhibition/booking/money";
import {outcomeOf} from "@museum_exhibition/booking/outcome";
import {clockOf} from "@museum_exhibition/booking/times";

// From here on a time says "Only ..."; twin of controllers/pages.py.
const FEW_SEATS = 10;

/** Days, times, prices and sentences of the booking page, in the visitor's language. */
export class Words {
    /** @param {{lang: string, hour12: boolean, money: Object}} settings */
    constructor(settings) {
        this.settings = settings;
        const intl = (options) =>
            new Intl.DateTimeFormat(settings.lang, {...options, timeZone: "UTC"});
        this.formats = {
            long: intl({weekday: "long", month: "long", day: "numeric"}),
            short: intl({weekday: "short", month: "short", day: "numeric"}),
            month: intl({month: "long", year: "numeric"}),
        };
    }

    /** Saturday, March 14 */
    longDay(day) {
        return this.formats.long.format(dayForIntl(day));
    }

    /** Sat, Mar 14 */
    shortDay(day) {
        return this.formats.short.format(dayForIntl(day));
    }

    /** March 2026 */
    month(month) {
        return this.formats.month.format(dayForIntl(`${month}-01`));
    }

    clock(moment) {
        return clockOf(moment, this.settings.hour12);
    }

    price(minor) {
        return minor ? formatMinor(minor, this.settings.money) : _t("Free");
    }

    tickets(number) {
        return number === 1 ? _t("1 ticket") : _t("%s tickets", number);
    }

    part(part) {
        const names = {
            morning: _t("Morning"),
            afternoon: _t("Afternoon"),
            evening: _t("Evening"),
        };
        return names[part];
    }

    /** What a time says about its seats. */
    seats(slot) {
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

    /**
     * Why no more tickets can be chosen; while more can, how many at most.
     *
     * @param {Set<string>} reasons of `whyNotMore`
     * @param {{seats: number}} sum what is chosen
     * @param {{seatsLeft: number|null, maxPerBooking: number}} limits
     */
    limit(reasons, sum, {seatsLeft, maxPerBooking}) {
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
            return _t(
                "At most %s tickets in one booking: no more can be added.",
                maxPerBooking
            );
        }
        if (reasons.has("category")) {
            return _t("No more tickets of this kind in one booking.");
        }
        return _t("At most %s tickets in one booking.", maxPerBooking);
    }

    /** What happened and what to do, after the API refused or could not be asked. */
    failure(failure) {
        const texts = {
            offline: _t(
                "There is no connection. Your choices are kept; nothing was added yet."
            ),
            wait: _t(
                "Many people are booking right now. Please try again in a moment."
            ),
            reload: _t(
                "This page is too old. Please load it again; your choices stay."
            ),
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
}
