import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/** The filters of the list of exhibitions act as soon as one is changed. */
export class ExhibitionFilters extends Interaction {
    static selector = ".o_museum_filters";
    dynamicContent = {
        "select, input[type=date]": {"t-on-change": () => this.el.requestSubmit()},
        _root: {"t-on-submit": this.onSubmit},
    };

    onSubmit() {
        // Empty filters have no business in the address.
        for (const field of this.el.querySelectorAll("input, select")) {
            field.disabled = !field.value;
        }
    }

    start() {
        // Coming back by the back button finds them as they were left.
        for (const field of this.el.querySelectorAll("input, select")) {
            field.disabled = false;
        }
    }
}

registry
    .category("public.interactions")
    .add("museum_exhibition.exhibition_filters", ExhibitionFilters);
