// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
// SANDBOX of Razorpay's checkout.js: the same options, events and answers for the page
// that embeds it, but no bank behind it. It is not Razorpay and moves no real money.
(function () {
    "use strict";

    const BASE = new URL(document.currentScript.src).origin;
    const METHODS = [
        ["upi", "UPI"],
        ["card", "card"],
        ["netbanking", "netbanking"],
    ];
    const STYLE = `
        .rzp-sandbox{border:0;border-radius:10px;padding:0;width:min(26rem,94vw);
            font:16px/1.45 system-ui,sans-serif;color:#1b1b1f;background:#fff;
            box-shadow:0 10px 40px rgba(0,0,0,.45)}
        .rzp-sandbox::backdrop{background:rgba(10,15,40,.7)}
        .rzp-sandbox header{background:#12306b;color:#fff;padding:1rem 1.2rem;
            border-radius:10px 10px 0 0}
        .rzp-sandbox h2{font-size:1.1rem;margin:0;color:#fff}
        .rzp-sandbox .rzp-amount{font-size:1.5rem;font-weight:700;margin:.2rem 0 0}
        .rzp-sandbox .rzp-note{background:#7a2e00;color:#fff;padding:.5rem 1.2rem;
            margin:0;font-weight:600}
        .rzp-sandbox section{padding:1rem 1.2rem;display:grid;gap:.5rem}
        .rzp-sandbox button{min-height:2.9rem;font:inherit;border-radius:6px;
            border:1px solid #12306b;background:#fff;color:#12306b;cursor:pointer}
        .rzp-sandbox button.rzp-main{background:#12306b;color:#fff}
        .rzp-sandbox button:disabled{opacity:.55;cursor:wait}
        .rzp-sandbox button:focus-visible{outline:3px solid #c05a00;outline-offset:2px}
        .rzp-sandbox p{margin:0}
        .rzp-sandbox [role=alert]{color:#8f1d1d;font-weight:600}`;

    /** Ask the sandbox; an error comes back as its error object, thrown. */
    async function call(path, options) {
        const response = await fetch(BASE + path, options);
        const answer = await response.json();
        if (!response.ok) {
            throw answer.error;
        }
        return answer;
    }

    function element(name, attributes, text) {
        const node = document.createElement(name);
        for (const [key, value] of Object.entries(attributes)) {
            node.setAttribute(key, value);
        }
        if (text) {
            node.textContent = text;
        }
        return node;
    }

    class Checkout {
        constructor(options) {
            this.options = options;
            this.listeners = {};
            this.prefill = options.prefill || {};
        }

        on(name, listener) {
            (this.listeners[name] = this.listeners[name] || []).push(listener);
        }

        emit(name, data) {
            for (const listener of this.listeners[name] || []) {
                listener(data);
            }
        }

        async open() {
            this.build();
            document.body.append(this.dialog);
            this.dialog.showModal();
            if (this.options.timeout) {
                const close = () => this.dismiss("timeout");
                this.timer = setTimeout(close, this.options.timeout * 1000);
            }
            const query = new URLSearchParams({
                key_id: this.options.key || "",
                order_id: this.options.order_id || "",
            });
            try {
                this.order = await call("/v1/checkout/order?" + query);
                const amount = (this.order.amount / 100).toFixed(2);
                this.amount.textContent = `${amount} ${this.order.currency}`;
                this.busy(false);
            } catch (error) {
                this.say(error.description || "The sandbox does not answer.");
            }
        }

        build() {
            const attributes = {class: "rzp-sandbox", id: "rzp-sandbox"};
            this.dialog = element("dialog", attributes);
            this.dialog.setAttribute("aria-labelledby", "rzp-sandbox-title");
            this.dialog.append(element("style", {}, STYLE), this.head(), this.body());
            this.dialog.addEventListener("cancel", (event) => {
                event.preventDefault();
                this.dismiss("escape");
            });
            this.busy(true);
        }

        head() {
            const head = element("header", {});
            const title = `${this.options.name || "Payment"} (Razorpay SANDBOX)`;
            this.amount = element(
                "p",
                {class: "rzp-amount", id: "rzp-sandbox-amount"},
                "…"
            );
            head.append(element("h2", {id: "rzp-sandbox-title"}, title), this.amount);
            const wrapper = element("div", {});
            const note = "SANDBOX: no real money is moved.";
            wrapper.append(head, element("p", {class: "rzp-note"}, note));
            return wrapper;
        }

        body() {
            const body = element("section", {});
            const known = ["name", "email", "contact"].map((key) => this.prefill[key]);
            const text = known.filter(Boolean).join(", ") || "nobody";
            body.append(
                element("p", {id: "rzp-sandbox-description"}, this.options.description),
                element("p", {id: "rzp-sandbox-prefill"}, `Paying as: ${text}`)
            );
            this.alert = element("p", {id: "rzp-sandbox-error", role: "alert"});
            body.append(this.alert);
            for (const [code, label] of METHODS) {
                const pay = () => this.pay("paid", code);
                body.append(this.button(`pay-${code}`, `Pay by ${label}`, pay, true));
            }
            const method = this.prefill.method || "upi";
            const fail = () => this.pay("failed", method);
            const late = () => this.pay("late", method);
            const fails = "Fail (the bank declines)";
            const retries = "Fail, then retry (succeeds after 2 seconds)";
            const lates = "Late authorisation (the bank answers later)";
            body.append(
                this.button("fail", fails, fail),
                this.button("fail-retry", retries, () => this.failThenRetry(method)),
                this.button("late", lates, late),
                this.button("close", "Close without paying", () => this.dismiss())
            );
            return body;
        }

        button(id, text, onClick, main) {
            const attributes = {type: "button", id: `rzp-sandbox-${id}`};
            const node = element("button", attributes, text);
            node.className = main ? "rzp-main" : "";
            node.addEventListener("click", onClick);
            return node;
        }

        busy(isBusy) {
            for (const node of this.dialog.querySelectorAll("button")) {
                node.disabled = isBusy && node.id !== "rzp-sandbox-close";
            }
        }

        say(text) {
            this.alert.textContent = text;
        }

        /** Pay; the window stays open after a failure, for another try. */
        async pay(outcome, method) {
            this.busy(true);
            this.say("");
            let answer;
            try {
                answer = await call("/v1/checkout/pay", {
                    method: "POST",
                    headers: {"Content-Type": "application/json"},
                    body: JSON.stringify({
                        key_id: this.options.key,
                        order_id: this.options.order_id,
                        outcome: outcome,
                        method: method,
                        email: this.prefill.email,
                        contact: this.prefill.contact,
                        description: this.options.description,
                        notes: this.options.notes,
                    }),
                });
            } catch (error) {
                const description = error.description || "The sandbox does not answer.";
                answer = {error: {...error, description: description}};
            }
            if (!this.dialog.isConnected) {
                return false;
            }
            this.busy(false);
            if (answer.error) {
                this.say(answer.error.description);
                this.emit("payment.failed", {error: answer.error});
                return false;
            }
            this.succeed(answer);
            return true;
        }

        async failThenRetry(method) {
            await this.pay("failed", method);
            this.busy(true);
            await new Promise((resolve) => setTimeout(resolve, 2000));
            if (this.dialog.isConnected) {
                await this.pay("paid", method);
            }
        }

        succeed(answer) {
            const response = {...answer};
            delete response.status;
            this.close();
            if (this.options.callback_url) {
                this.postBack(response);
            } else if (this.options.handler) {
                this.options.handler(response);
            }
        }

        postBack(response) {
            const attributes = {method: "post", action: this.options.callback_url};
            const form = element("form", attributes);
            for (const [name, value] of Object.entries(response)) {
                form.append(element("input", {type: "hidden", name, value}));
            }
            document.body.append(form);
            form.submit();
        }

        dismiss(reason) {
            if (!this.dialog || !this.dialog.isConnected) {
                return;
            }
            this.close();
            const modal = this.options.modal || {};
            if (modal.ondismiss) {
                modal.ondismiss(reason);
            }
        }

        close() {
            clearTimeout(this.timer);
            this.dialog.remove();
        }
    }

    /** As Razorpay's: callable with and without `new`. */
    window.Razorpay = function (options) {
        return new Checkout(options);
    };
})();
