// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
/** ``node --test addons/museum_payment_razorpay/static/tests`` */
import assert from "node:assert/strict";
import {test} from "node:test";

import {
    afterRefusal,
    dismissText,
    verifyBody,
} from "../src/interactions/payment_messages.js";

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

test("when nobody could be asked, nothing is said about charges", () => {
    const doubt = "We do not know.";
    assert.equal(dismissText(TEXTS, false, "", doubt), doubt);
    assert.equal(dismissText(TEXTS, true, "Declined.", doubt), doubt);
});

test("a refusal says in its own words why, and whether money is on its way", () => {
    const refused = (details) => ({kind: "refused", message: "Ask later.", details});
    assert.deepEqual(afterRefusal(refused({}), "Unknown."), {
        isOnItsWay: false,
        doubt: "Ask later.",
    });
    const found = afterRefusal(refused({is_on_its_way: true}), "Unknown.");
    assert.equal(found.isOnItsWay, true);
});

test("without an answer the page knows nothing", () => {
    for (const error of [{kind: "network", message: "x"}, new TypeError("x")]) {
        assert.deepEqual(afterRefusal(error, "Unknown."), {
            isOnItsWay: false,
            doubt: "Unknown.",
        });
    }
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
