import {DynamicSnippet} from "@website/snippets/s_dynamic_snippet/dynamic_snippet";
import {registry} from "@web/core/registry";

/** Exhibitions of some kind or theme, with their next free times. */
export class WhatsOn extends DynamicSnippet {
    static selector = ".s_museum_whats_on";

    getSearchDomain() {
        const domain = super.getSearchDomain(...arguments);
        const {filterByKind, filterByTagIds} = this.el.dataset;
        const tagIds = JSON.parse(filterByTagIds || "[]").map((tag) => tag.id);
        if (filterByKind) {
            domain.push(["kind", "=", filterByKind]);
        }
        if (tagIds.length) {
            domain.push(["tag_ids", "in", tagIds]);
        }
        return domain;
    }
}

registry.category("public.interactions").add("museum_exhibition.whats_on", WhatsOn);

// While a page is built, a museum without exhibitions sees how they will look.
registry.category("public.interactions.edit").add("museum_exhibition.whats_on", {
    Interaction: WhatsOn,
    mixin: (Interaction) =>
        class extends Interaction {
            setup() {
                super.setup();
                this.withSample = true;
            }
        },
});
