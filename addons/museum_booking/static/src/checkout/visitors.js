import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";
import {setVisitors} from "../cart/cart_api";

const FIELDS = ["name", "id_kind_id", "id_number"];

const formsOf = (summary) => [...summary.querySelectorAll(".o_museum_visitors")];

const inputOf = (row, field) => row.querySelector(`[name="${field}"]`);

/**
 * One row as the API takes it. A number that is stored is not on the page: an empty
 * field keeps it, as long as the document is the same.
 */
function read(row) {
    const value = (field) => inputOf(row, field)?.value.trim() || "";
    const kind = Number(value("id_kind_id")) || null;
    const stored = Number(inputOf(row, "id_number")?.dataset.stored) || null;
    const number = value("id_number");
    const keeps = !number && (!kind || stored === kind);
    return {
        category_id: Number(row.dataset.category),
        position: Number(row.dataset.position),
        name: value("name"),
        id_kind_id: kind,
        id_number: keeps ? null : number,
    };
}

function complainAt(row, field, words) {
    const input = inputOf(row, field);
    if (!input) {
        return;
    }
    input.classList.toggle("is-invalid", Boolean(words));
    input.setAttribute("aria-invalid", words ? "true" : "false");
    const box = input.parentElement.querySelector(
        `#${input.getAttribute("aria-describedby")}`
    );
    box.textContent = words;
}

function clear(form) {
    for (const row of form.querySelectorAll(".o_museum_visitor")) {
        FIELDS.forEach((field) => complainAt(row, field, ""));
    }
}

/** Say at the fields what is wrong. @returns {HTMLElement|undefined} the first one */
function complain(summary, problems) {
    let first;
    for (const problem of problems) {
        const form = formsOf(summary).find(
            (one) => one.dataset.booking === problem.booking
        );
        const row = form?.querySelector(
            `.o_museum_visitor[data-category="${problem.category_id}"]` +
                `[data-position="${problem.position}"]`
        );
        if (row) {
            complainAt(row, problem.field, problem.message);
            first = first || inputOf(row, problem.field);
        }
    }
    return first;
}

/** What came back: how each number ends, so that it need not be typed again. */
function showStored(form, item) {
    for (const known of item.visitor_names) {
        const row = form.querySelector(
            `.o_museum_visitor[data-category="${known.category_id}"]` +
                `[data-position="${known.position}"]`
        );
        const input = row && inputOf(row, "id_number");
        if (!input) {
            continue;
        }
        if (known.id_number_masked) {
            // What was typed meanwhile is not what was stored.
            if (input.dataset.sent === input.value) {
                input.value = "";
            }
            input.placeholder = known.id_number_masked;
            input.dataset.stored = known.id_kind_id;
        } else {
            input.placeholder = "";
            delete input.dataset.stored;
        }
    }
}

async function save(form) {
    const state = form.querySelector(".o_museum_visitors_state");
    const rows = [...form.querySelectorAll(".o_museum_visitor")];
    for (const row of rows) {
        const input = inputOf(row, "id_number");
        if (input) {
            input.dataset.sent = input.value;
        }
    }
    const sent = rows.map(read);
    const text = JSON.stringify(sent);
    if (form.museumSaved === text) {
        return true;
    }
    state.textContent = _t("Saving…");
    try {
        const {item} = await setVisitors(form.dataset.booking, sent);
        clear(form);
        // What was typed while this was under way is not saved yet.
        const isSame = JSON.stringify(rows.map(read)) === text;
        showStored(form, item);
        form.museumSaved = isSame ? JSON.stringify(rows.map(read)) : null;
        state.textContent = _t("Saved");
        return true;
    } catch (failure) {
        state.textContent =
            failure.code === "network"
                ? _t("There is no connection just now. Nothing is lost: save again.")
                : failure.message || _t("Please try again.");
        clear(form);
        complain(form.closest(".o_museum_order"), failure.details?.visitors || []);
        return false;
    }
}

/** One after the other: what is typed last is what is kept. */
function saveNext(form) {
    form.museumSaving = (form.museumSaving || Promise.resolve()).then(() => save(form));
    return form.museumSaving;
}

/**
 * Save what is typed about visitors, before the payment looks.
 *
 * @param {HTMLElement} summary the page's .o_museum_order
 * @returns {Promise<boolean>} whether all of it is saved; else the page says what is not
 */
export async function saveVisitors(summary) {
    for (const form of formsOf(summary)) {
        if (!(await saveNext(form))) {
            form.querySelector(".is-invalid, input")?.focus();
            return false;
        }
    }
    return true;
}

/** @returns {Boolean} whether a refusal says what is missing about visitors */
export const isAboutVisitors = (failure) => Array.isArray(failure.details?.visitors);

/** Say at its fields what is missing, and go to the first. */
export function askVisitorsAgain(summary, problems) {
    for (const form of formsOf(summary)) {
        clear(form);
        // "Saved" beside a name that is missing would say both.
        form.querySelector(".o_museum_visitors_state").textContent = "";
    }
    complain(summary, problems)?.focus();
}

/** Who comes: typed on the summary, saved as soon as a field is left. */
export class MuseumVisitors extends Interaction {
    static selector = ".o_museum_order";
    // The cart's script may swap the visits: listen above them.
    dynamicContent = {
        _root: {
            "t-on-change": this.onChange,
            "t-on-click": this.onClick,
            "t-on-submit": this.onSubmit,
        },
    };

    formOf(ev) {
        return ev.target.closest(".o_museum_visitors");
    }

    onChange(ev) {
        const form = this.formOf(ev);
        if (form) {
            saveNext(form);
        }
    }

    onSubmit(ev) {
        const form = this.formOf(ev);
        if (form) {
            ev.preventDefault();
            form.museumSaved = null;
            saveNext(form);
        }
    }

    onClick(ev) {
        const button = ev.target.closest(".o_museum_visitor_me");
        if (!button) {
            return;
        }
        const contact = this.el.querySelector(".o_museum_contact_form");
        const input = inputOf(button.closest(".o_museum_visitor"), "name");
        const name = contact?.elements.name.value.trim();
        if (name) {
            input.value = name;
            saveNext(this.formOf(ev));
        }
        input.focus();
    }
}

registry.category("public.interactions").add("museum_booking.visitors", MuseumVisitors);
