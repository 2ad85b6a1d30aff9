import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("museum_exhibition_filters", {
    steps: () => [
        {
            content: "Both are listed; this page stays",
            trigger: ".o_museum_result:contains(2 exhibitions)",
            run: () => document.body.classList.add("o_museum_same_page"),
        },
        {
            content: "Only shows",
            trigger: "#museum_kind",
            run: "select show",
        },
        {
            content: "The count says so, without loading the page anew",
            trigger: ".o_museum_same_page .o_museum_result:contains(1 exhibition)",
            run() {
                if (location.search !== "?kind=show") {
                    throw new Error(`Address is ${location.href}`);
                }
                if (document.activeElement?.id === "") {
                    throw new Error("Focus was lost");
                }
            },
        },
        {
            content: "The list has changed",
            trigger: ".o_museum_results .o_museum_card:only-child h3:contains(Moon)",
        },
        {
            content: "Words are looked for too",
            trigger: "#museum_search",
            run: "edit mars",
        },
        {trigger: ".o_museum_filter_search button", run: "click"},
        {
            content: "No show is called Mars",
            trigger: ".o_museum_same_page .o_museum_result:contains(No exhibition)",
        },
        {
            content: "A filter is taken away",
            trigger: ".o_museum_filter_chips a:contains(Show)",
            run: "click",
            expectUnloadPage: true,
        },
        {trigger: ".o_museum_card h3:contains(Mars)"},
    ],
});
