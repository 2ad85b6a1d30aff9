import {_t} from "@web/core/l10n/translation";

import {dayForIntl} from "@museum_exhibition/booking/calendar";
import {FEW_SEATS, stateOf} from "@museum_exhibition/booking/live";
import {formatMinor} from "@museum_exhibition/booking/money";
import {outcomeOf} from "@museum_exhibition/booking/outcome";
import {clockOf, dayOfMoment} from "@museum_exhibition/booking/times";

/** Days, times, prices and sentences of the booking page, in the visitor's language. */
export class Words {
    /** @param {{lang: string, hour12: boolean, halves: string[], money: Object}} settings */
    constructor(settings) {
        this.settings = settings;
        const intl = (options) =>
            new Intl.DateTimeFormat(settings.lang, {...options, timeZone: "UTC"});
        this.formats = {
            long: intl({weekday: "long", month: "long", day: "numeric"}),
            short: intl({weekday: "short", month: "short", day: "numeric"}),
            plain: intl({month: "short", day: "numeric"}),
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
        return clockOf(moment, this.settings.hour12, this.settings.halves);
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

    /** Mar 14, 10:00 */
    moment(moment) {
        const day = this.formats.plain.format(dayForIntl(dayOfMoment(moment)));
        return _t("%(day)s, %(time)s", {day, time: this.clock(moment)});
    }

    /** When the sale of a time or day begins, that is not on sale yet. */
    saleStart({sale_starts_at}) {
        return _t("On sale from %s", this.moment(sale_starts_at));
    }

    /** The venue's zone as people call it: "India Standard Time". */
    zone(moment) {
        const {lang, tz} = this.settings;
        const parts = new Intl.DateTimeFormat(lang, {
            timeZone: tz,
            timeZoneName: "long",
        }).formatToParts(new Date(moment));
        return parts.find((part) => part.type === "timeZoneName")?.value || tz;
    }

    /** Of a full time: a visit that is being moved has its seats there already. */
    ownTime() {
        return _t("Your time");
    }

    /** What a time says about its seats. */
    seats(slot) {
        switch (stateOf(slot)) {
            case "full":
                return _t("Full");
            case "soon":
                return this.saleStart(slot);
            case "closed":
                return _t("Closed");
        }
        if (slot.seats_left === null) {
            return _t("Available");
        }
        return slot.seats_left <= FEW_SEATS
            ? _t("Only %s left", slot.seats_left)
            : _t("%s left", slot.seats_left);
    }

    /** What is told of the chosen time when its seats changed; see `newsOf`. */
    news(news, slot) {
        const time = this.clock(slot.start_at);
        switch (news) {
            case "few":
                return _t("Only %(seats)s left at %(time)s.", {
                    seats: slot.seats_left,
                    time,
                });
            case "full":
                return _t("%s is full now. Choose another time.", time);
            case "moved":
                return _t("Your time was moved to %s.", this.moment(slot.start_at));
            case "free":
                return _t("%s has free places again.", time);
        }
        return _t("%s is not on sale any more. Choose another time.", time);
    }

    /** After what happened: what is offered instead. */
    offer(times, days) {
        if (times) {
            return _t("These times have room for you:");
        }
        return days ? _t("These days have room:") : _t("Please choose another time.");
    }

    /** Places that a category has of its own. */
    placesLeft(seats) {
        if (!seats) {
            return _t("None left at this time");
        }
        return seats <= FEW_SEATS ? _t("Only %s left", seats) : _t("%s left", seats);
    }

    /** What to know before a category is chosen. */
    categoryHints(category) {
        const hints = [];
        if (category.needs_proof) {
            hints.push(
                category.proof
                    ? _t("Please bring: %s.", category.proof)
                    : _t("The entrance asks for a proof.")
            );
        }
        if (category.per_adult) {
            hints.push(
                category.per_adult === 1
                    ? _t("Only with an adult, one per adult.")
                    : _t(
                          "Only with an adult, at most %s per adult.",
                          category.per_adult
                      )
            );
        } else if (category.needs_adult) {
            hints.push(_t("Only together with an adult."));
        }
        const {min_quantity: least, max_quantity: most} = category;
        if (least > 1 && most) {
            hints.push(_t("From %(least)s to %(most)s.", {least, most}));
        } else if (least > 1) {
            hints.push(_t("At least %s.", least));
        } else if (most) {
            hints.push(_t("At most %s.", most));
        }
        return hints;
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
            return seatsLeft === 1
                ? _t(
                      "Only 1 seat is left at this time. Choose fewer tickets or another time."
                  )
                : _t(
                      "Only %s seats are left at this time. Choose fewer tickets or another time.",
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
        if (reasons.has("own")) {
            return _t("No more tickets of this kind are left at this time.");
        }
        return _t("At most %s tickets in one booking.", maxPerBooking);
    }

    /**
     * What has to change before the chosen tickets can be had, as the server says it.
     *
     * @param {{code: string, id: number|null, limit: number|null}} rule of `brokenRules`
     * @returns {string} "" when other words say it already
     */
    broken({code, id, limit}, categories) {
        const name = categories.find((category) => category.id === id)?.name;
        switch (code) {
            case "min_per_booking":
                return _t("At least %s tickets in one booking.", limit);
            case "min_quantity":
                return _t("%(name)s: at least %(limit)s in one booking.", {
                    name,
                    limit,
                });
            case "needs_adult":
                return _t("%s comes with an adult: add one.", name);
            case "per_adult":
                return _t("%(name)s: at most %(limit)s with each adult.", {
                    name,
                    limit,
                });
            default:
                return "";
        }
    }

    /** The chosen time cannot be had any more; null: it left the list. */
    taken(slot) {
        if (slot?.status === "full") {
            return _t("%s is full now.", this.clock(slot.start_at));
        }
        return _t("The time that you chose is not on sale any more.");
    }

    priceChanged(before, after) {
        return _t("These tickets cost %(after)s now. You saw %(before)s.", {
            before: this.price(before),
            after: this.price(after),
        });
    }

    /** Why seats were refused: those of one category, or the server's own words. */
    refusal({message, details}, categories) {
        const category = categories.find(({id}) => id === details.category_id);
        if (!category) {
            return message;
        }
        const {name} = category;
        const seats = details.seats_left;
        if (seats === 1) {
            return _t("%s: only 1 place is left at this time.", name);
        }
        return seats
            ? _t("%(name)s: only %(seats)s places are left at this time.", {
                  name,
                  seats,
              })
            : _t("%s: no places are left at this time.", name);
    }

    /** What happened and what to do, after the API refused or could not be asked. */
    failure(failure, categories = []) {
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
            return `${this.refusal(failure, categories)} ${offer}`;
        }
        return texts[action] || failure.message;
    }
}
