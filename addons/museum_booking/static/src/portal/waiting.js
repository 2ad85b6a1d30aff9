import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";
import {isSettled, nextDelay, takesLong} from "./waiting_rules";

/**
 * The page after the payment while the payment is being confirmed: asks the API how
 * the bookings are and shows the page anew once one of them is settled.
 */
export class MuseumWaiting extends Interaction {
    static selector = ".o_museum_waiting";

    setup() {
        this.references = this.el.dataset.bookings.split(",");
        this.startedAt = Date.now();
        this.asked = 0;
    }

    start() {
        this.askLater();
    }

    askLater() {
        this.waitForTimeout(() => this.ask(), nextDelay(this.asked++));
    }

    async ask() {
        const states = await this.waitFor(
            Promise.all(this.references.map((reference) => this.stateOf(reference)))
        );
        if (isSettled(states)) {
            window.location.reload();
            return;
        }
        if (takesLong(Date.now() - this.startedAt)) {
            this.el.querySelector(".o_museum_waiting_long").classList.remove("d-none");
        }
        this.askLater();
    }

    /** The state of one booking; null when it could not be learned this time. */
    async stateOf(reference) {
        try {
            const response = await fetch(
                `/api/v1/bookings/${encodeURIComponent(reference)}`,
                {
                    headers: {Accept: "application/json"},
                }
            );
            return response.ok ? await response.json() : null;
        } catch {
            return null; // no network: asked again later
        }
    }
}

registry.category("public.interactions").add("museum_booking.waiting", MuseumWaiting);
