/**
 * From what is known and chosen to what the templates draw. Needs no document.
 *
 * `chosen` is {month, date, slotId, quantities}, `settings` what the server started the
 * page with, `words` the language (words.js).
 */

import {writeAddress} from "@museum_exhibition/booking/address";
import {
    isFree,
    monthOf,
    monthWeeks,
    shiftMonth,
} from "@museum_exhibition/booking/calendar";
import {stateOf} from "@museum_exhibition/booking/live";
import {dayOfMoment} from "@museum_exhibition/booking/times";

/** The address of the page with other choices. */
export function urlOf(chosen, settings) {
    const {replace} = settings;
    return settings.bookUrl + writeAddress({...chosen, replace});
}

function classes(base, flags) {
    const names = Object.keys(flags).filter((name) => flags[name]);
    return [base, ...names].join(" ");
}

function dayContext(day, chosen, days, settings, words) {
    const known = days[day];
    const status = known ? stateOf(known) : "none";
    const isChosen = day === chosen.date;
    return {
        date: day,
        status,
        isChosen,
        isFree: isFree(status) || (status === "full" && day === settings.ownDay),
        number: Number(day.slice(8)),
        name: words.longDay(day),
        begins: status === "soon" ? words.saleStart(known) : "",
        url: urlOf({date: day, quantities: chosen.quantities}, settings),
        cls: classes(`o_museum_day is-${status}`, {
            "is-today": day === settings.today,
            "is-chosen": isChosen,
        }),
    };
}

/** For the template BookingMonth. */
export function monthContext(chosen, days, settings, words) {
    const {month, date, quantities} = chosen;
    const {today, lastDay, weekdays, weekStart} = settings;
    const before = shiftMonth(month, -1);
    const after = shiftMonth(month, 1);
    const monthUrl = (other) => urlOf({month: other, quantities}, settings);
    return {
        weekdays,
        month: {
            name: words.month(month),
            previous: month > monthOf(today) ? before : null,
            previousUrl: monthUrl(before),
            next: lastDay && monthOf(lastDay) >= after ? after : null,
            nextUrl: monthUrl(after),
            weeks: monthWeeks(month, weekStart).map((week) => ({
                isChosen: Boolean(date) && week.includes(date),
                cells: week.map(
                    (day) => day && dayContext(day, chosen, days, settings, words)
                ),
            })),
        },
    };
}

/** One time for the template BookingTimes. */
export function timeContext(slot, chosen, settings, words, isOpen) {
    const {date, slotId, quantities} = chosen;
    const isChosen = slot.id === slotId;
    const status = stateOf(slot);
    return {
        ...slot,
        isChosen,
        isFree: isOpen,
        clock: words.clock(slot.start_at),
        seats: isOpen && !isFree(status) ? words.ownTime() : words.seats(slot),
        url: urlOf({date, slotId: slot.id, quantities}, settings),
        cls: classes(`o_museum_time is-${status}`, {
            "is-chosen": isChosen,
            "is-own": isOpen && !isFree(status),
        }),
    };
}

/** One day near another for the templates BookingTimes and BookingStatus. */
export function nearDayContext(day, {quantities}, settings, words) {
    return {
        date: day,
        name: words.shortDay(day),
        url: urlOf({date: day, quantities}, settings),
    };
}

/**
 * One category for the template BookingCategories.
 *
 * @param {number} own tickets of it that a visit which is being moved has there already
 */
export function categoryContext(category, words, own = 0) {
    const {price_minor, regular_price_minor, seats_left} = category;
    const regular = regular_price_minor ?? price_minor;
    const isOwnLimit = seats_left !== null && seats_left !== undefined;
    return {
        ...category,
        price: words.price(price_minor),
        // Only what got cheaper is struck out; a dearer price has its reason alone.
        regular: regular > price_minor ? words.price(regular) : "",
        reason: category.price_reason || "",
        left: isOwnLimit ? words.placesLeft(seats_left + own) : "",
        hints: words.categoryHints(category),
    };
}

/** For the template BookingSummary. */
export function summaryContext(categories, chosen, day, clock, words) {
    const {quantities} = chosen;
    const lines = categories
        .filter((category) => quantities[category.id])
        .map((category) => ({
            id: category.id,
            name: category.name,
            number: quantities[category.id],
            price: words.price(category.price_minor * quantities[category.id]),
        }));
    return {day, clock, lines};
}

/** One offered time for the template BookingStatus. */
export function alternativeContext(slot, words) {
    const day = words.shortDay(dayOfMoment(slot.start_at));
    return {
        id: slot.id,
        name: `${day}, ${words.clock(slot.start_at)}`,
        seats: words.seats(slot),
    };
}
