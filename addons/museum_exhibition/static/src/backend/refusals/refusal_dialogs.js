import {WarningDialog} from "@web/core/errors/error_dialogs";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/** What the program refuses with a reason is no error of the program. */
export class RefusalDialog extends WarningDialog {
    inferTitle() {
        return _t("This cannot be done");
    }
}

// The exceptions of our addons by their Python name; a test knows whether all are here.
const REFUSALS = {
    "museum_exhibition.exceptions": [
        "CapacityError",
        "HoldConflict",
        "HoldExpired",
        "QuantityError",
        "SlotChanged",
        "SlotClosed",
        "SlotFull",
    ],
    "museum_booking.exceptions": [
        "CancellationRefused",
        "CompanyIncomplete",
        "ContactIncomplete",
        "NotPayable",
        "PaymentOpen",
        "PriceChanged",
        "RefundChanged",
        "TermsNotAccepted",
        "VisitorsIncomplete",
        "VisitorsRefused",
    ],
    "museum_loyalty.exceptions": [
        "CodeInUse",
        "CodeNotApplicable",
        "CodeUnknown",
        "TooManyCodes",
    ],
    "museum_booking.models.ticket_mail": ["MailedTooOften"],
};

const dialogs = registry.category("error_dialogs");
for (const [module, names] of Object.entries(REFUSALS)) {
    for (const name of names) {
        dialogs.add(`odoo.addons.${module}.${name}`, RefusalDialog);
    }
}
