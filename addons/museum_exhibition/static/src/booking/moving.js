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
 * What to ask of the API, in this order.
 *
 * Seats first: the old visit is given up only when the new one is there. At its own
 * time the visit gets the new numbers, because a second one there would be added to it.
 *
 * @param {Object|null} visit what is moved
 * @param {number} slotId
 * @returns {{method: string, path: string, remove: string|null}}
 */
export function moveOf(visit, slotId) {
    if (!visit) {
        return {method: "POST", path: "/cart/items", remove: null};
    }
    const item = `/cart/items/${encodeURIComponent(visit.reference)}`;
    return visit.slot.id === slotId
        ? {method: "PATCH", path: item, remove: null}
        : {method: "POST", path: "/cart/items", remove: item};
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
