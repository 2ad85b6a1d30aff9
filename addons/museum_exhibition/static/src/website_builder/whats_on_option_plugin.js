import {
    DYNAMIC_SNIPPET,
    setDatasetIfUndefined,
} from "@website/builder/plugins/options/dynamic_snippet_option_plugin";
import {Plugin} from "@html_editor/plugin";
import {WhatsOnOption} from "./whats_on_option";
import {registry} from "@web/core/registry";
import {withSequence} from "@html_editor/utils/resource";

/** What an editor chooses of the block: kind, tags, order, how many. */
class WhatsOnOptionPlugin extends Plugin {
    static id = "museumWhatsOnOption";
    static dependencies = ["dynamicSnippetOption"];
    static shared = ["getModelNameFilter"];
    resources = {
        builder_options: withSequence(DYNAMIC_SNIPPET, WhatsOnOption),
        on_snippet_dropped_handlers: this.onSnippetDropped.bind(this),
    };

    getModelNameFilter() {
        return "museum.exhibition";
    }

    async onSnippetDropped({snippetEl}) {
        if (snippetEl.matches(WhatsOnOption.selector)) {
            setDatasetIfUndefined(snippetEl, "numberOfRecords", 6);
            await this.dependencies.dynamicSnippetOption.setOptionsDefaultValues(
                snippetEl,
                this.getModelNameFilter()
            );
        }
    }
}

registry.category("website-plugins").add(WhatsOnOptionPlugin.id, WhatsOnOptionPlugin);
