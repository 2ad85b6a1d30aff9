import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";
import {get} from "@web/core/network/http_service";

// The message is sent a moment after the page was made: milliseconds after which the
// page looks whether it could be.
const LOOKS = [2500, 6000];

/** Who waits for a message that could not be sent learns it by himself. */
export class CodeSent extends Interaction {
    static selector = ".o_login_code_sent[data-status-url]";

    start() {
        this.looks = [...LOOKS];
        this.lookLater();
    }

    lookLater() {
        const wait = this.looks.shift();
        if (wait) {
            this.waitForTimeout(this.look, wait);
        }
    }

    async look() {
        let status;
        try {
            status = await this.waitFor(get(this.el.dataset.statusUrl));
        } catch {
            return; // without network the page says what it said
        }
        if (status.state === "failed" && !this.isTyping()) {
            // The page says so, and lets a new code be asked for at once.
            location.reload();
            return;
        }
        this.lookLater();
    }

    /** Whoever types digits has got them, or is not to lose them. */
    isTyping() {
        const field = document.querySelector(".o_login_code_digits");
        return Boolean(field && field.value);
    }
}

registry.category("public.interactions").add("auth_one_time_code.code_sent", CodeSent);
