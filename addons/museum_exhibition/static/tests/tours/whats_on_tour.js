import {
    changeOptionInPopover,
    clickOnSave,
    clickOnSnippet,
    insertSnippet,
    registerWebsitePreviewTour,
} from "@website/js/tours/tour_utils";

const BLOCK = ":iframe #wrap .s_museum_whats_on";

registerWebsitePreviewTour(
    "museum_exhibition_whats_on",
    {url: "/", edition: true},
    () => [
        ...insertSnippet({
            id: "s_museum_whats_on",
            name: "What's on",
            groupName: "Museum",
        }),
        {
            content: "It shows what is on at once",
            trigger: `${BLOCK} .o_museum_card h3:contains(Journey to Mars)`,
        },
        ...clickOnSnippet({id: "s_museum_whats_on", name: "What's on"}),
        ...changeOptionInPopover("What's on", "Kind", "Shows"),
        {
            content: "There is no show: samples stand in while it is edited",
            trigger: `${BLOCK} .o_museum_sample`,
        },
        ...clickOnSave(),
    ]
);
