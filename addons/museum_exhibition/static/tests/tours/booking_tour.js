import {registry} from "@web/core/registry";

/** From the month to a full choice: seats limit it, the address keeps it. */
registry.category("web_tour.tours").add("museum_exhibition_booking", {
    steps: () => [
        {
            content: "choose the day",
            trigger: ".o_museum_booking a.o_museum_day",
            run: "click",
        },
        {
            content: "the first time has few seats",
            trigger: ".o_museum_time:contains(Only 4 left)",
            run: "click",
        },
        {
            content: "nothing can be added without tickets",
            trigger: ".o_museum_add:disabled",
        },
        {
            content: "a family takes all four seats",
            trigger: ".o_museum_category:contains(Family) [data-step='1']",
            run: "click",
        },
        {
            content: "the rest is out of reach, and the page says why",
            trigger:
                ".o_museum_limit:contains(That is all there is at this time), .o_museum_category:contains(Adult) [data-step='1'][aria-disabled='true']",
        },
        {
            content: "the total is shown and the cart is open",
            trigger: ".o_museum_add:enabled",
        },
        {
            content: "the address keeps the choice",
            trigger: ".o_museum_total:contains(500)",
            run() {
                const params = new URLSearchParams(window.location.search);
                for (const name of ["date", "slot", "q"]) {
                    if (!params.get(name)) {
                        throw new Error(`${name} is not in the address`);
                    }
                }
                history.back();
            },
        },
        {
            content: "the back button takes the time back",
            trigger: ".o_museum_step_time.is-current",
        },
    ],
});
