/**
 * What the booking page does about an answer to "Add to cart". Pure.
 */

/**
 * @param {{kind: string, status: number, code: string, details: Object}} failure
 * @returns {{action: string, retry: boolean, alternatives: Object[]}} action is one of
 *     - "other_time": the seats are gone; choices stay, alternatives may be offered
 *     - "price": it costs something else now; details say what it did and does
 *     - "check": something about the choice has to be changed, the message says what
 *     - "wait": too many requests, or somebody else is at it; the same again later
 *     - "offline": no answer; the same request may be sent again under the same key
 *     - "reload": this page is too old to be answered
 *     - "desk": tickets are not sold online here
 *     - "trouble": our fault
 *     retry: whether sending the same request again under the same key makes sense
 */
export function outcomeOf(failure) {
    const alternatives = failure.details?.alternatives || [];
    const answer = (action, retry = false) => ({action, retry, alternatives});
    if (failure.kind === "network") {
        return answer("offline", true);
    }
    switch (failure.code) {
        case "slot_full":
        case "slot_closed":
        case "slot_changed":
            return answer("other_time");
        case "price_changed":
            return answer("price");
        case "rate_limited":
        case "conflict":
            return answer("wait", true);
        case "unauthorized":
        case "forbidden":
            return answer("reload");
        case "not_found":
        case "method_not_allowed":
            return answer("desk");
    }
    if (failure.status >= 500 || failure.code === "unreadable") {
        return answer("trouble", true);
    }
    return answer("check");
}
