import {Component} from "@odoo/owl";
import {localization} from "@web/core/l10n/localization";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** The fields of the days, Monday first: the attribute `days`, or else mon to sun. */
function dayFields(attrs) {
    return attrs.days ? attrs.days.split(",") : DAYS;
}

/** The days of a week as buttons that are pressed or not. */
export class WeekToggles extends Component {
    static template = "museum_exhibition.WeekToggles";
    static props = {...standardWidgetProps, days: {type: Array}};

    /** In the order of the user's week, with the names of the user's language. */
    get days() {
        const {record} = this.props;
        const first = (localization.weekStart || 7) - 1;
        const names = luxon.Info.weekdays("short");
        return [...DAYS.keys()].map((number) => {
            const index = (first + number) % 7;
            const name = this.props.days[index];
            return {
                name,
                short: names[index],
                label: record.fields[name].string,
                pressed: record.data[name],
            };
        });
    }

    toggle(name) {
        this.props.record.update({[name]: !this.props.record.data[name]});
    }
}

registry.category("view_widgets").add("museum_week_toggles", {
    component: WeekToggles,
    extractProps: ({attrs}) => ({days: dayFields(attrs)}),
    fieldDependencies: ({attrs}) =>
        dayFields(attrs).map((name) => ({name, type: "boolean", readonly: false})),
});
