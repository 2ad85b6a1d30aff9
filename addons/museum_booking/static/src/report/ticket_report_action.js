import {download} from "@web/core/network/download";
import {registry} from "@web/core/registry";
import {user} from "@web/core/user";

/**
 * Download reports that WeasyPrint draws, whether or not wkhtmltopdf is installed:
 * without it the web client would show them as a page instead.
 */
async function weasyprintReportHandler(action, options, env) {
    if (action.report_type !== "qweb-pdf" || action.pdf_engine !== "weasyprint") {
        return false;
    }
    const ids = (action.context?.active_ids || []).join(",");
    env.services.ui.block();
    try {
        await download({
            url: "/report/download",
            data: {
                data: JSON.stringify([
                    `/report/pdf/${action.report_name}/${ids}`,
                    "qweb-pdf",
                ]),
                context: JSON.stringify({...user.context, ...action.context}),
            },
        });
    } finally {
        env.services.ui.unblock();
    }
    return true;
}

registry
    .category("ir.actions.report handlers")
    .add("museum_booking.weasyprint", weasyprintReportHandler);
