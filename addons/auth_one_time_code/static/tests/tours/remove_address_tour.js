import {registry} from "@web/core/registry";

const REMOVE = ".o_login_addresses li:contains(phil@example.com) button";

/** Nothing is removed before it is confirmed. */
registry.category("web_tour.tours").add("auth_one_time_code_remove", {
    steps: () => [
        {content: "remove", trigger: REMOVE, run: "click"},
        {
            content: "which one, and what that means",
            trigger: ".modal:contains(Remove phil@example.com?):contains(Codes sent)",
        },
        {
            content: "rather not",
            trigger: ".modal button:contains(Keep it)",
            run: "click",
        },
        {content: "nothing happens", trigger: "body:not(:has(.o_dialog .modal))"},
        {
            content: "still there, and the button still works",
            trigger: REMOVE,
            run: "click",
        },
        {
            content: "yes",
            trigger: ".modal button.btn-primary:contains(Remove)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "done",
            trigger: ".o_login_addresses [role=status]:contains(Removed)",
        },
    ],
});
