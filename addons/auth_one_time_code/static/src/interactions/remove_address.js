import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {Interaction} from "@web/public/interaction";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/** Asks before a way to log in is removed; without scripts the form does it at once. */
export class RemoveAddress extends Interaction {
    static selector = ".o_login_addresses_remove";
    dynamicContent = {
        _root: {"t-on-submit.prevent": this.ask},
    };

    ask() {
        this.services.dialog.add(ConfirmationDialog, {
            title: _t("Remove %s?", this.el.dataset.address),
            body: _t("Codes sent there will not open this account any more."),
            confirmLabel: _t("Remove"),
            // Sends the form without asking again.
            confirm: () => this.el.submit(),
            cancelLabel: _t("Keep it"),
            cancel: () => {},
        });
    }
}

registry
    .category("public.interactions")
    .add("auth_one_time_code.remove_address", RemoveAddress);
