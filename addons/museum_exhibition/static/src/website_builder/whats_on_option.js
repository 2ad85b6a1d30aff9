import {BaseOptionComponent} from "@html_builder/core/utils";
import {useDynamicSnippetOption} from "@website/builder/plugins/options/dynamic_snippet_hook";

export class WhatsOnOption extends BaseOptionComponent {
    static template = "museum_exhibition.WhatsOnOption";
    static dependencies = ["museumWhatsOnOption"];
    static selector = ".s_museum_whats_on";

    setup() {
        super.setup();
        const {getModelNameFilter} = this.dependencies.museumWhatsOnOption;
        this.dynamicOptionParams = useDynamicSnippetOption(getModelNameFilter());
    }
}
