import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

/** A double click would ask for two codes, and the second is refused. */
export class SubmitOnce extends Interaction {
    static selector =
        ".o_login_code form, .o_login_addresses form:not(.o_login_addresses_remove)";
    dynamicContent = {
        _root: {"t-on-submit": this.onSubmit},
    };

    onSubmit(ev) {
        if (this.isSent) {
            ev.preventDefault();
        }
        this.isSent = true;
    }
}

registry
    .category("public.interactions")
    .add("auth_one_time_code.submit_once", SubmitOnce);
