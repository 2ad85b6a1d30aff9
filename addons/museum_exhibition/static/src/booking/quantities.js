/**
 * How many tickets of which category may be chosen, and what they cost. Pure.
 *
 * Quantities are {categoryId: number}; categories are those of the API. The server
 * checks the same rules again; here they keep a visitor from a dead end.
 */

/** @returns {{tickets: number, seats: number, minor: number}} sums of what is chosen */
export function totals(categories, quantities) {
    const sum = {tickets: 0, seats: 0, minor: 0};
    for (const category of categories) {
        const number = quantities[category.id] || 0;
        sum.tickets += number;
        sum.seats += number * category.seats_per_ticket;
        sum.minor += number * category.price_minor;
    }
    return sum;
}

/**
 * What may be chosen at a time, by its seats.
 *
 * @param {Object|null} slot
 * @param {Object<string, number>} own tickets that the visitor has there already
 * @returns {{seatsLeft: number|null, own: Object<string, number>}}
 */
export function leftAt(slot, categories, own) {
    const left = slot ? slot.seats_left : null;
    return {
        seatsLeft: left === null ? null : left + totals(categories, own).seats,
        own,
    };
}

/** @returns {number} the number that one step up leads to */
function stepUp(category, number) {
    return number ? number + 1 : Math.max(1, category.min_quantity);
}

/**
 * Why one more of a category cannot be chosen. Who comes with whom is no reason: the
 * adult may be chosen after the children (see `brokenRules`).
 *
 * @param {{maxPerBooking: number, seatsLeft: number|null}} limits see ``leftAt``
 * @returns {""|"booking"|"category"|"own"|"seats"} own: what the slot has left of it
 */
export function whyNotMore(category, categories, quantities, limits) {
    const number = quantities[category.id] || 0;
    const wanted = stepUp(category, number);
    const sum = totals(categories, {...quantities, [category.id]: wanted});
    if (limits.seatsLeft !== null && sum.seats > limits.seatsLeft) {
        return "seats";
    }
    if (sum.tickets > limits.maxPerBooking) {
        return "booking";
    }
    if (category.max_quantity && wanted > category.max_quantity) {
        return "category";
    }
    if (wanted > ownLeft(category, limits)) {
        return "own";
    }
    return "";
}

/** @returns {number} tickets of a category that the slot has left for this visit */
function ownLeft(category, {own}) {
    return (category.seats_left ?? Infinity) + (own?.[category.id] || 0);
}

/**
 * The rules that chosen tickets break: the twin of `broken_rules` in lib/quantities.py.
 * Both are tested with the rules of static/tests/booking/vectors.json.
 *
 * @param {{maxPerBooking: number, minPerBooking?: number}} limits
 * @returns {{code: string, id: number|null, limit: number|null}[]} id: of a category
 */
export function brokenRules(categories, quantities, limits) {
    const known = new Map(categories.map((category) => [category.id, category]));
    const wanted = Object.entries(quantities).map(([id, number]) => [
        Number(id),
        number,
    ]);
    const tickets = wanted.reduce((sum, [, number]) => sum + number, 0);
    const least = limits.minPerBooking ?? 1;
    const broken = [];
    const add = (code, id = null, limit = null) => broken.push({code, id, limit});
    if (tickets <= 0 || wanted.some(([, number]) => number < 0)) {
        add("zero");
    } else if (tickets < least) {
        add("min_per_booking", null, least);
    }
    if (tickets > limits.maxPerBooking) {
        add("max_per_booking", null, limits.maxPerBooking);
    }
    const adults = countAdults(known, wanted);
    for (const [id, number] of wanted) {
        const category = known.get(id);
        if (!category) {
            add("unknown_category", id);
        } else if (number > 0) {
            addBrokenByCategory(category, number, add);
            addBrokenByAdults(category, number, adults, add);
        }
    }
    return broken;
}

function countAdults(known, wanted) {
    return wanted
        .filter(([id, number]) => number > 0 && known.get(id)?.is_adult)
        .reduce((sum, [, number]) => sum + number, 0);
}

function addBrokenByCategory(category, number, add) {
    const {id, min_quantity: least, max_quantity: most} = category;
    if (most && number > most) {
        add("max_quantity", id, most);
    }
    if (number < least) {
        add("min_quantity", id, least);
    }
}

function addBrokenByAdults({id, needs_adult, per_adult}, number, adults, add) {
    if (!adults && (needs_adult || per_adult)) {
        add("needs_adult", id);
    } else if (per_adult && number > per_adult * adults) {
        add("per_adult", id, per_adult);
    }
}

/**
 * @returns {Object<string, number>} the quantities after one tap on + (1) or - (-1)
 */
export function step(category, categories, quantities, limits, direction) {
    const number = quantities[category.id] || 0;
    let next = number;
    if (direction > 0) {
        if (!whyNotMore(category, categories, quantities, limits)) {
            next = stepUp(category, number);
        }
    } else if (number) {
        next = number - 1 < Math.max(1, category.min_quantity) ? 0 : number - 1;
    }
    return withNumber(quantities, category.id, next);
}

/**
 * The quantities after a number was typed: the nearest one that the rules allow.
 */
export function typed(category, categories, quantities, limits, text) {
    const wanted = /^\d{1,4}$/.test(text.trim()) ? Number(text.trim()) : 0;
    let result = withNumber(quantities, category.id, 0);
    while ((result[category.id] || 0) < wanted) {
        if (whyNotMore(category, categories, result, limits)) {
            break;
        }
        result = step(category, categories, result, limits, 1);
    }
    return result;
}

function withNumber(quantities, id, number) {
    const result = {...quantities};
    if (number) {
        result[id] = number;
    } else {
        delete result[id];
    }
    return result;
}

/** @returns {Object} only known categories; numbers are kept even when seats ran out */
export function onlyKnown(categories, quantities) {
    const known = new Set(categories.map((category) => String(category.id)));
    return Object.fromEntries(
        Object.entries(quantities).filter(([id]) => known.has(String(id)))
    );
}

/** @returns {boolean} whether what is chosen keeps all rules and has its seats */
export function fits(categories, quantities, limits) {
    const sum = totals(categories, quantities);
    return (
        !brokenRules(categories, quantities, limits).length &&
        categories.every(
            (category) => (quantities[category.id] || 0) <= ownLeft(category, limits)
        ) &&
        (limits.seatsLeft === null || sum.seats <= limits.seatsLeft)
    );
}

/** @returns {{id: number, quantity: number}[]} as POST /cart/items wants them */
export function forCart(quantities) {
    return Object.entries(quantities).map(([id, quantity]) => ({
        id: Number(id),
        quantity,
    }));
}
