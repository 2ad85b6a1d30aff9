import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";
import {setContact} from "../cart/cart_api";

const FIELDS = ["name", "email", "phone"];

/** @returns {Boolean} whether the contact is being typed and not saved yet */
export const isOpen = (summary) =>
    Boolean(summary.querySelector(".o_museum_contact_form:not(.d-none)"));

/**
 * Save what is typed; what is wrong is said at its field.
 *
 * @param {HTMLElement} summary the page's .o_museum_order
 * @returns {Promise<boolean>} whether it is saved
 */
export async function saveContact(summary) {
    const form = summary.querySelector(".o_museum_contact_form");
    const typed = Object.fromEntries(
        FIELDS.map((name) => [name, form.elements[name].value])
    );
    try {
        const saved = await setContact(typed);
        complain(form, {});
        show(summary, saved);
        return true;
    } catch (failure) {
        const words =
            failure.code === "network"
                ? _t("There is no connection just now. Nothing is lost: save again.")
                : failure.message;
        complain(form, isAbout(failure) ? failure.details : {email: words});
        return false;
    }
}

/** @returns {Boolean} whether a refusal says what is wrong with the contact */
export const isAbout = (failure) => FIELDS.some((name) => failure.details?.[name]);

/** Open the contact and say at its fields what is wrong. */
export function askAgain(summary, wrong) {
    toggle(summary, true);
    complain(summary.querySelector(".o_museum_contact_form"), wrong);
}

function complain(form, wrong) {
    for (const name of FIELDS) {
        const input = form.elements[name];
        input.classList.toggle("is-invalid", Boolean(wrong[name]));
        input.setAttribute("aria-invalid", wrong[name] ? "true" : "false");
        form.querySelector(`#${input.id}_error`).textContent = wrong[name] || "";
    }
    form.querySelector(".is-invalid")?.focus();
}

function show(summary, contact) {
    const form = summary.querySelector(".o_museum_contact_form");
    for (const name of FIELDS) {
        form.elements[name].value = contact[name];
    }
    summary.querySelector(".o_museum_contact_words").textContent = FIELDS.map(
        (name) => contact[name]
    )
        .filter(Boolean)
        .join(", ");
    toggle(summary, false);
}

function toggle(summary, open) {
    summary.querySelector(".o_museum_contact_form").classList.toggle("d-none", !open);
    summary.querySelector(".o_museum_contact_shown").classList.toggle("d-none", open);
    const edit = summary.querySelector(".o_museum_contact_edit");
    edit.setAttribute("aria-expanded", open);
}

/** The contact on the summary, changed where it stands. */
export class MuseumContact extends Interaction {
    static selector = ".o_museum_order";
    dynamicContent = {
        ".o_museum_contact_edit": {"t-on-click.prevent": this.onEdit},
        ".o_museum_contact_form": {
            "t-on-submit.prevent": this.locked(this.onSave, true),
        },
    };

    onEdit() {
        toggle(this.el, true);
        this.el.querySelector(".o_museum_contact_form input").focus();
    }

    async onSave() {
        if (await this.waitFor(saveContact(this.el))) {
            this.el.querySelector(".o_museum_contact_edit").focus();
        }
    }
}

registry.category("public.interactions").add("museum_booking.contact", MuseumContact);
