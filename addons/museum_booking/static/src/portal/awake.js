import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/** Keeps the screen on while a QR is shown, where the browser can. */
export class MuseumAwake extends Interaction {
    static selector = ".o_museum_visit .o_museum_tickets";
    dynamicContent = {
        _document: {"t-on-visibilitychange": this.keepAwake},
    };

    start() {
        this.keepAwake();
        this.registerCleanup(() => this.lock?.release());
    }

    async keepAwake() {
        if (document.visibilityState !== "visible" || !navigator.wakeLock) {
            return;
        }
        try {
            this.lock = await navigator.wakeLock.request("screen");
        } catch {
            // low battery: the visitor keeps the screen on by hand
        }
    }
}

registry.category("public.interactions").add("museum_booking.awake", MuseumAwake);
