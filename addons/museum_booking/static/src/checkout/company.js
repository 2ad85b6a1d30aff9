import {_t} from "@web/core/l10n/translation";
import {rpc} from "@web/core/network/rpc";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";
import {removeCompany, setCompany} from "../cart/cart_api";

const FIELDS = ["name", "vat", "street", "zip", "city", "country", "state"];

function complain(form, wrong) {
    for (const name of FIELDS) {
        const input = form.elements[name];
        input.classList.toggle("is-invalid", Boolean(wrong[name]));
        input.setAttribute("aria-invalid", wrong[name] ? "true" : "false");
        form.querySelector(`#${input.id}_error`).textContent = wrong[name] || "";
    }
    form.querySelector(".is-invalid")?.focus();
}

const read = (form) =>
    Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value]));

function say(form, words) {
    form.querySelector(".o_museum_company_state_words").textContent = words;
}

/**
 * Put what is typed on the invoice.
 *
 * @returns {Promise<boolean>} whether it is saved; else the form says why not
 */
async function save(form) {
    const typed = read(form);
    try {
        const {company} = await setCompany(typed);
        complain(form, {});
        // What was typed while this was under way is not saved yet.
        if (JSON.stringify(read(form)) === JSON.stringify(typed)) {
            for (const name of FIELDS) {
                form.elements[name].value = company[name];
            }
            form.museumSaved = JSON.stringify(read(form));
        }
        form.querySelector(".o_museum_company_remove").classList.remove("d-none");
        say(form, _t("The invoice will be for %s.", company.name));
        return true;
    } catch (failure) {
        const about = FIELDS.some((name) => failure.details?.[name]);
        complain(form, about ? failure.details : {});
        say(
            form,
            failure.code === "network"
                ? _t("There is no connection just now. Nothing is lost: save again.")
                : about
                  ? ""
                  : failure.message || _t("Please try again.")
        );
        return false;
    }
}

/**
 * Before the payment: what was typed into the open form is meant to be on the invoice.
 *
 * @param {HTMLElement} summary the page's .o_museum_order
 * @returns {Promise<boolean>} whether there is nothing left to save
 */
export async function saveCompany(summary) {
    const details = summary.querySelector(".o_museum_company");
    const form = details?.querySelector(".o_museum_company_form");
    if (!details?.open || !form.elements.name.value.trim()) {
        return true;
    }
    if (form.museumSaved === JSON.stringify(read(form))) {
        return true;
    }
    return save(form);
}

/** The company on the invoice, written down on the summary. */
export class MuseumCompany extends Interaction {
    static selector = ".o_museum_company";
    dynamicContent = {
        ".o_museum_company_form": {
            "t-on-submit.prevent": this.locked(this.onSave, true),
        },
        ".o_museum_company_remove": {"t-on-click": this.locked(this.onRemove)},
        "[name=country]": {"t-on-change": this.onCountry},
    };

    get form() {
        return this.el.querySelector(".o_museum_company_form");
    }

    start() {
        if (this.el.open) {
            this.form.museumSaved = JSON.stringify(read(this.form));
        }
    }

    async onSave() {
        await this.waitFor(save(this.form));
    }

    async onRemove() {
        try {
            await this.waitFor(removeCompany());
        } catch (failure) {
            say(this.form, failure.message || _t("Please try again."));
            return;
        }
        for (const name of FIELDS.filter((field) => field !== "country")) {
            this.form.elements[name].value = "";
        }
        complain(this.form, {});
        say(this.form, "");
        this.form.querySelector(".o_museum_company_remove").classList.add("d-none");
        this.el.open = false;
        this.el.querySelector("summary").focus();
    }

    /** The label of the number and the states are the country's own. */
    async onCountry() {
        const option = this.form.elements.country.selectedOptions[0];
        this.form.querySelector(".o_museum_company_vat_label").textContent =
            option.dataset.vatLabel || _t("Tax number");
        const {states} = await this.waitFor(
            rpc(`/my/address/country_info/${option.dataset.id}`, {
                address_type: "billing",
            })
        );
        const select = this.form.elements.state;
        select.replaceChildren(
            select.options[0],
            ...states.map(([, name, code]) => new Option(name, code))
        );
        select.value = "";
        this.form
            .querySelector(".o_museum_company_states")
            .classList.toggle("d-none", !states.length);
    }
}

registry.category("public.interactions").add("museum_booking.company", MuseumCompany);
