import {registry} from "@web/core/registry";

/** From the address to My Account; a new code has to wait, a wrong one leaves tries. */
registry.category("web_tour.tours").add("auth_one_time_code_login", {
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
            content: "a new one has to wait, and the seconds are counted down",
            trigger:
                ".o_login_code_resend:has(button:disabled):contains(in 28 seconds)",
        },
        {
            content: "a wrong code",
            trigger: "#login_code_digits",
            run: "edit 543210",
        },
        {
            content: "try it",
            trigger: ".o_login_code button:contains(Log in)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "tries are left",
            trigger: "#login_code_error:contains(Tries left: 2)",
        },
        {
            content: "the right code",
            trigger: "#login_code_digits",
            run: "edit 012345",
        },
        {
            content: "log in",
            trigger: ".o_login_code button:contains(Log in)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "logged in",
            trigger: ".o_portal_my_home",
        },
    ],
});
