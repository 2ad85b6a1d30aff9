import {Interaction} from "@web/public/interaction";
import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";

const RESULTS = ".o_museum_results";
const COUNT = ".o_museum_result";

/**
 * The filters of the list of exhibitions act as soon as one is changed: the results
 * alone are swapped, so that focus and place stay, and the new count is read out.
 */
export class ExhibitionFilters extends Interaction {
    static selector = ".o_museum_filters";
    dynamicContent = {
        "select, input[type=date]": {"t-on-change": this.update},
        _root: {"t-on-submit.prevent": this.update},
        _window: {"t-on-popstate": this.onPopState},
    };

    setup() {
        this.asked = 0;
        this.shown = browser.location.search;
    }

    onPopState() {
        if (browser.location.search !== this.shown) {
            browser.location.reload();
        }
    }

    get address() {
        const query = new URLSearchParams(new FormData(this.el));
        for (const [name, value] of [...query]) {
            if (!value) {
                query.delete(name);
            }
        }
        const path = new URL(this.el.action).pathname;
        return query.size ? `${path}?${query}` : path;
    }

    async update() {
        const {address} = this;
        const number = ++this.asked;
        const old = document.querySelector(RESULTS);
        old.setAttribute("aria-busy", "true");
        let page = null;
        try {
            const response = await this.waitFor(fetch(address));
            const text = await this.waitFor(response.text());
            page = response.ok && new DOMParser().parseFromString(text, "text/html");
        } catch {
            // Told below: the browser's own page says what is wrong.
        }
        if (number !== this.asked) {
            return; // Another choice was made meanwhile.
        }
        const fresh = page && page.querySelector(RESULTS);
        if (!fresh) {
            browser.location.assign(address);
            return;
        }
        old.replaceWith(fresh);
        document.querySelector(COUNT).textContent =
            page.querySelector(COUNT).textContent;
        browser.history.pushState(null, "", address);
        this.shown = browser.location.search;
    }
}

registry
    .category("public.interactions")
    .add("museum_exhibition.exhibition_filters", ExhibitionFilters);
