/**
 * The tabs of one browser tell each other that the cart has changed. Nothing of the cart
 * is told: whoever hears it asks the server.
 */

// Browsers without it ask when the visitor comes back to the tab.
const channel =
    typeof BroadcastChannel === "undefined"
        ? null
        : new BroadcastChannel("museum_booking.cart");

export function tellTabs() {
    channel?.postMessage("changed");
}

/**
 * @param {Function} callback called when another tab has changed the cart
 * @returns {Function} ends it
 */
export function whenTold(callback) {
    const listener = () => callback();
    channel?.addEventListener("message", listener);
    return () => channel?.removeEventListener("message", listener);
}
