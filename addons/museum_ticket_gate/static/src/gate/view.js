/**
 * Draws the state of the gate into the page. No decisions here: those are in
 * flow.js and outcome.js. Texts go in as text, never as HTML.
 */
import {tail} from "./code.js";
import {countLine, proofLine} from "./outcome.js";

const ICONS = {
    check: "M4 13l5 6L20 5",
    hand: "M6 3h12M6 21h12M7 3c0 5 4 6 5 9 1-3 5-4 5-9M7 21c0-5 4-6 5-9 1 3 5 4 5 9",
    cross: "M5 5l14 14M19 5L5 19",
    unknown: "M8 8a4 4 0 1 1 5.5 3.7c-1 .5-1.5 1.2-1.5 2.3M12 18.5v.01",
};

export class View {
    /**
     * @param {HTMLElement} root
     * @param {Object<string, string>} texts translated sentences
     */
    constructor(root, texts) {
        this.root = root;
        this.texts = texts;
        this.shown = null;
    }

    find(selector) {
        return this.root.querySelector(selector);
    }

    /** @returns {string} the sentence, with ``%(count)s`` filled in */
    say(key, count) {
        return (this.texts[key] || "").replace("%(count)s", count);
    }

    render(state, context) {
        this.root.dataset.phase = state.phase;
        this._net(state, context);
        this._verdict(state, context);
        this._recent(state, context);
        this.find(".g-hint").textContent = this.say(context.cameraProblem || "aim");
        this.find(".g-camera").classList.toggle(
            "is-off",
            Boolean(context.cameraProblem)
        );
        this.find(".g-torch").hidden = !context.hasTorch;
        this.find(".g-torch").setAttribute("aria-pressed", String(context.isTorchOn));
        this.find(".g-gate-name").textContent = context.gateName || "";
    }

    _net(state, {isOnline}) {
        this.root.dataset.net = isOnline ? "online" : "offline";
        const place = this.find(".g-net-text");
        const words = this.say(isOnline ? "online" : "offline");
        // a status that is written again is read aloud again
        if (place.textContent !== words) {
            place.textContent = words;
        }
    }

    _verdict(state, context) {
        const {shown} = state;
        if (shown === this.shown) {
            return;
        }
        this.shown = shown;
        const section = this.find(".g-verdict");
        section.hidden = !shown;
        if (!shown) {
            delete this.root.dataset.colour;
            return;
        }
        const lines = this.lines(shown);
        this.root.dataset.colour = shown.look.colour;
        this.find(".g-icon path").setAttribute("d", ICONS[shown.look.icon]);
        this.find(".g-word").textContent = lines.word;
        this.find(".g-count").textContent = lines.count;
        this.find(".g-reason").textContent = lines.reason;
        this.find(".g-proof").textContent = lines.proof;
        this.find(".g-extra").textContent = lines.extra;
        const {failure} = shown;
        this._action(".g-again", failure && failure !== "logged_out", "again");
        this._action(".g-login", failure === "logged_out", "login");
        this._action(".g-skip", Boolean(failure), "skip");
        this._action(
            ".g-override",
            context.isManager && shown.answer?.can_override,
            "override"
        );
        this.find(".g-tap").textContent = failure ? "" : this.say("tap");
        this.find(".g-tap").hidden = shown.look.holdMs !== null;
        section.focus({preventScroll: true});
        this.announce([
            lines.word,
            lines.count,
            lines.proof,
            lines.reason,
            lines.extra,
        ]);
    }

    /**
     * @param {object} shown
     * @returns {Object<string, string>} word, count, proof, reason, extra
     */
    lines({look, answer, failure, message}) {
        if (failure) {
            return {
                word: this.say(look.word),
                count: "",
                proof: "",
                reason: message || this.say(failure),
                extra: "",
            };
        }
        const count = countLine(answer.visitors);
        const proof = proofLine(answer.proofs);
        const people = answer.admitted > 1 ? this.say("people", answer.admitted) : "";
        return {
            word: this.say(look.word),
            count,
            proof: proof && `${this.say("ask_for")} ${proof}`,
            reason: answer.message,
            // a family ticket is one ticket and four people
            extra: count && people && !this._isPlain(answer) ? people : "",
        };
    }

    _isPlain({visitors, admitted}) {
        return (
            Object.values(visitors).reduce((sum, each) => sum + each, 0) === admitted
        );
    }

    announce(lines) {
        const place = this.find(".g-announce");
        place.textContent = "";
        // the same sentence twice in a row is news as well
        requestAnimationFrame(() => {
            place.textContent = lines.filter(Boolean).join(". ");
        });
    }

    _action(selector, isShown, text) {
        const button = this.find(selector);
        button.hidden = !isShown;
        button.textContent = this.say(text);
    }

    _recent(state, context) {
        const {pending} = context;
        const badge = this.find(".g-badge");
        badge.hidden = !pending.length;
        badge.textContent = pending.length;
        badge.setAttribute("aria-label", this.say("waiting", pending.length));
        if (this.recent === state.recent && this.pendingCount === pending.length) {
            return;
        }
        this.recent = state.recent;
        this.pendingCount = pending.length;
        const list = this.find(".g-list");
        list.replaceChildren(
            ...state.recent.map((shown) => this._entry(shown, pending))
        );
        if (!state.recent.length) {
            list.append(element("li", "g-none", this.say("nothing_scanned")));
        }
    }

    _entry(shown, pending) {
        const {word, count, reason} = this.lines(shown);
        const item = element("li", `g-entry is-${shown.look.colour}`);
        const time = new Date(shown.at).toLocaleTimeString(
            document.documentElement.lang || [],
            {
                hour: "2-digit",
                minute: "2-digit",
                second: "2-digit",
            }
        );
        item.append(
            element("b", "g-entry-word", word),
            element(
                "span",
                "g-entry-time",
                `${time}  ${tail(shown.answer?.code || shown.scan.code)}`
            ),
            element(
                "span",
                "g-entry-reason",
                [count, reason].filter(Boolean).join(" · ")
            )
        );
        if (pending.some((scan) => scan.uuid === shown.scan.uuid)) {
            const button = element("button", "g-button g-retry", this.say("again"));
            button.type = "button";
            button.dataset.uuid = shown.scan.uuid;
            item.append(button);
        }
        return item;
    }

    /** @param {Array<{id: number, name: string, venue: string}>} gates */
    gates(gates, chosenId) {
        const field = this.find(".g-gates");
        field.querySelectorAll("label").forEach((label) => label.remove());
        for (const gate of gates) {
            const label = element("label", "g-gate");
            const radio = element("input");
            Object.assign(radio, {type: "radio", name: "gate", value: gate.id});
            radio.checked = gate.id === chosenId;
            label.append(
                radio,
                element("span", "", gate.name),
                element("small", "", gate.venue)
            );
            field.append(label);
        }
        field.hidden = !gates.length;
        this.find(".g-no-gates").hidden = Boolean(gates.length);
    }
}

function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) {
        node.className = className;
    }
    if (text) {
        node.textContent = text;
    }
    return node;
}
