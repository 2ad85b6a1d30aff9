// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// Decisions of the payment form, without DOM.

/**
 * What to say when the window was closed without a payment.
 *
 * @param {Object} texts translated: late, failed (with %s for the bank's reason), closed
 * @param {Boolean} late whether the time for the payment is over
 * @param {String} failure the bank's last reason, if there was a failed attempt
 * @param {String} [doubt] why nobody could be asked whether something was charged: then
 *     nothing else is said
 * @returns {String} the sentence
 */
export function dismissText(texts, late, failure, doubt) {
    if (doubt) {
        return doubt;
    }
    if (late) {
        return texts.late;
    }
    return failure ? texts.failed.replace("%s", () => failure) : texts.closed;
}

/**
 * Pick from the window's answer what the server wants, and nothing else.
 *
 * @param {Object} response of the checkout window
 * @returns {Object} body of the verify call
 */
export function verifyBody(response) {
    return {
        razorpay_order_id: response.razorpay_order_id,
        razorpay_payment_id: response.razorpay_payment_id,
        razorpay_signature: response.razorpay_signature,
    };
}

/**
 * Where a closed window leads when its payment could not be given up.
 *
 * @param {Object} refusal of the API: kind ("refused" or "network"), message, details
 * @param {String} unknown what to say when the museum could not be reached
 * @returns {{isOnItsWay: Boolean, doubt: String}} whether the money is on its way, else
 *     what to say
 */
export function afterRefusal(refusal, unknown) {
    if (refusal.kind !== "refused") {
        return {isOnItsWay: false, doubt: unknown};
    }
    return {
        isOnItsWay: Boolean(refusal.details?.is_on_its_way),
        doubt: refusal.message || unknown,
    };
}
