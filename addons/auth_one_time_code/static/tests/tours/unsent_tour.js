import {registry} from "@web/core/registry";

/** The page that waits for digits learns that nothing was sent, and says so. */
registry.category("web_tour.tours").add("auth_one_time_code_unsent", {
    steps: () => [
        {
            content: "an address",
            trigger: "#login_code_address",
            run: "edit vera@example.com",
        },
        {
            content: "ask for a code",
            trigger: ".o_login_code button:contains(Send the code)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "it is said to be sent, and then the page looks",
            trigger: ".o_login_code_sent:contains(vera@example.com)",
            run: () => {},
            expectUnloadPage: true,
        },
        {
            content: "it was not",
            trigger: ".o_login_code_unsent:contains(could not send the message)",
        },
        {
            content: "another one may be asked for at once",
            trigger: ".o_login_code_resend button:enabled",
        },
    ],
});
