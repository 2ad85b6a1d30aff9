/**
 * The cart's part of the API. Needs fetch, nothing of the page.
 */

import {ApiFailure, newKey} from "@museum_exhibition/booking/api";

async function send(method, path, body = {}) {
    let response;
    try {
        response = await fetch(`/api/v1${path}`, {
            method,
            credentials: "same-origin",
            headers: {
                Accept: "application/json",
                ...(method === "GET"
                    ? {}
                    : {
                          "Content-Type": "application/json",
                          "Idempotency-Key": newKey(),
                      }),
            },
            body: method === "GET" ? undefined : JSON.stringify(body),
        });
    } catch {
        throw new ApiFailure("network", 0, {code: "network", message: ""});
    }
    const answer = await response.json().catch(() => null);
    if (!response.ok || !answer) {
        throw new ApiFailure(
            answer ? "refused" : "network",
            response.status,
            answer?.error || {code: "unreadable", message: ""}
        );
    }
    return answer;
}

const list = (quantities) =>
    Object.entries(quantities).map(([id, quantity]) => ({id: Number(id), quantity}));

/** @returns {Promise<Object>} the cart; what ran out is expired by asking */
export const getCart = () => send("GET", "/cart");

/**
 * @param {String} booking its reference
 * @param {Object<string, number>} quantities tickets by category id
 * @param {{slot: (number|undefined), start: (string|undefined),
 *     total: (number|undefined)}} [shown] another time for it; what the visitor was
 *     shown of it: when it starts, what it costs in the smallest unit
 */
export const changeItem = (booking, quantities, {slot, start, total} = {}) =>
    send("PATCH", `/cart/items/${encodeURIComponent(booking)}`, {
        categories: list(quantities),
        ...(slot && {slot_id: slot}),
        ...(start && {expected_start_at: start}),
        ...(total !== undefined && {expected_total_minor: total}),
    });

/** Empty the cart. */
export const clearCart = () => send("DELETE", "/cart");

export const removeItem = (booking) =>
    send("DELETE", `/cart/items/${encodeURIComponent(booking)}`);

export const extendCart = () => send("POST", "/cart/extend");

/** Give up an open payment. Answers status, next (a page) and the cart. */
export const reopenCart = () => send("POST", "/cart/reopen");

/** Accept the terms and hold the seats for the payment. */
export const acceptSummary = (acceptTerms, expectedTotalMinor) =>
    send("POST", "/bookings/summary", {
        accept_terms: acceptTerms,
        expected_total_minor: expectedTotalMinor,
    });

/**
 * Who comes with the tickets of a visit.
 *
 * @param {String} booking its reference
 * @param {Object[]} visitors category_id, position, name, id_kind_id, id_number
 */
export const setVisitors = (booking, visitors) =>
    send("PUT", `/cart/items/${encodeURIComponent(booking)}/visitors`, {visitors});

/** Whom the invoice is for: name, vat, street, zip, city, country, state. */
export const setCompany = (company) => send("PATCH", "/cart/company", company);

/** @returns {Promise<Object>} the cart; its invoice is for the customer again */
export const removeCompany = () => send("DELETE", "/cart/company");

/** Whom the tickets are for: name, email, phone. */
export const setContact = (contact) => send("PATCH", "/cart/contact", contact);
