/**
 * Moving a visit that is in the cart to another time. Pure.
 */

/**
 * @param {{items: Object[]}} cart as GET /cart answers
 * @param {string} reference of the booking to move
 * @param {number} exhibition whose page this is
 * @returns {Object|null} that visit of the cart; null when there is nothing to move
 */
export function visitToMove(cart, reference, exhibition) {
    const isIt = (item) =>
        item.reference === reference && item.exhibition.id === exhibition;
    return cart.items.find(isIt) || null;
}

/**
 * What to ask of the API. It takes the new seats first and gives the old ones back then;
 * at its own time the visit gets the new numbers.
 *
 * @param {Object|null} visit what is moved
 * @param {Object} body of the request: slot_id, expected_start_at and the tickets
 * @returns {{method: string, path: string, body: Object}}
 */
export function moveOf(visit, body) {
    if (!visit) {
        return {method: "POST", path: "/cart/items", body};
    }
    const item = `/cart/items/${encodeURIComponent(visit.reference)}`;
    return {method: "PATCH", path: item, body};
}

/** @returns {Object<string, number>} the tickets whose seats the visit holds now */
export function heldBy(visit) {
    return visit?.held_until
        ? Object.fromEntries(visit.categories.map((c) => [c.id, c.quantity]))
        : {};
}

/** @returns {Object<string, number>} the tickets that the visit has at a time already */
export function ownAt(slot, visit) {
    return slot && visit?.slot.id === slot.id ? heldBy(visit) : {};
}
