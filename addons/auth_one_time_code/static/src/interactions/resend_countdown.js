import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/** Counts down to the moment a new code may be asked for; the server enforces it. */
export class ResendCountdown extends Interaction {
    static selector = ".o_login_code_resend";

    setup() {
        this.until = Date.now() + Number(this.el.dataset.resendIn || 0) * 1000;
        this.button = this.el.querySelector("button");
        this.wait = this.el.querySelector(".o_login_code_wait");
        this.seconds = this.el.querySelector(".o_login_code_seconds");
    }

    start() {
        this.tick();
    }

    tick() {
        const left = Math.ceil((this.until - Date.now()) / 1000);
        this.button.disabled = left > 0;
        if (!this.wait) {
            return;
        }
        if (left > 0) {
            this.seconds.textContent = left;
            this.waitForTimeout(this.tick, 1000);
        } else {
            this.wait.remove();
        }
    }
}

registry
    .category("public.interactions")
    .add("auth_one_time_code.resend_countdown", ResendCountdown);
