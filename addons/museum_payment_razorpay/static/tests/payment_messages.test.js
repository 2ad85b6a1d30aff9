// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
/** ``node --test addons/museum_payment_razorpay/static/tests`` */
import assert from "node:assert/strict";
import {test} from "node:test";

import {dismissText, verifyBody} from "../src/interactions/payment_messages.js";

const TEXTS = {
    late: "Too late.",
    failed: "Failed: %s Again?",
    closed: "Nothing charged.",
};

test("a closed window without any attempt charged nothing", () => {
    assert.equal(dismissText(TEXTS, false, ""), "Nothing charged.");
});

test("after a failed attempt the bank's reason is said", () => {
    assert.equal(dismissText(TEXTS, false, "Declined."), "Failed: Declined. Again?");
});

test("a reason with dollar signs is said as it is", () => {
    assert.equal(dismissText(TEXTS, false, "$& $1"), "Failed: $& $1 Again?");
});

test("when the time is over, that counts", () => {
    assert.equal(dismissText(TEXTS, true, "Declined."), "Too late.");
});

test("nothing but the three ids goes to the server", () => {
    const response = {
        razorpay_order_id: "order_1",
        razorpay_payment_id: "pay_1",
        razorpay_signature: "abc",
        email: "somebody@example.com",
    };
    assert.deepEqual(verifyBody(response), {
        razorpay_order_id: "order_1",
        razorpay_payment_id: "pay_1",
        razorpay_signature: "abc",
    });
});
