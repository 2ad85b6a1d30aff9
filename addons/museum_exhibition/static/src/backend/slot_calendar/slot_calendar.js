import {deserializeDate, serializeDate} from "@web/core/l10n/dates";
import {CalendarCommonRenderer} from "@web/views/calendar/calendar_common/calendar_common_renderer";
import {CalendarModel} from "@web/views/calendar/calendar_model";
import {CalendarRenderer} from "@web/views/calendar/calendar_renderer";
import {calendarView} from "@web/views/calendar/calendar_view";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/**
 * One day shows every slot; a week or a month shows how full each exhibition is on
 * each day (the venue's), because hundreds of slots in a grid of hours tell nothing.
 */
export class SlotCalendarModel extends CalendarModel {
    get isByDay() {
        return this.meta.scale !== "day";
    }

    // What stands for a day cannot be dragged to another one.
    get canEdit() {
        return super.canEdit && !this.isByDay;
    }

    computeRangeDomain(data) {
        if (!this.isByDay) {
            return super.computeRangeDomain(data);
        }
        return [
            ["local_date", ">=", serializeDate(data.range.start)],
            ["local_date", "<=", serializeDate(data.range.end)],
        ];
    }

    async fetchRecords(data) {
        if (!this.isByDay) {
            return super.fetchRecords(data);
        }
        const {context, resModel} = this.meta;
        const days = await this.orm.call(
            resModel,
            "calendar_days",
            [this.computeDomain(data)],
            {context}
        );
        return days.map((day, order) => ({
            ...day,
            id: `${day.date}_${day.exhibition_id[0]}`,
            order,
        }));
    }

    normalizeRecord(rawRecord) {
        if (!("slots" in rawRecord)) {
            return super.normalizeRecord(rawRecord);
        }
        const day = deserializeDate(rawRecord.date).startOf("day");
        return {
            id: rawRecord.id,
            title: rawRecord.calendar_title,
            isAllDay: true,
            start: day,
            startType: "date",
            // All of today is still to come.
            end: day.endOf("day"),
            endType: "date",
            duration: 1,
            colorIndex: rawRecord.status_color,
            isHatched: false,
            isStriked: rawRecord.is_striked,
            isTimeHidden: true,
            isMonth: this.meta.scale === "month",
            isSmall: this.env.isSmall,
            rawRecord,
        };
    }
}

export class SlotCalendarCommonRenderer extends CalendarCommonRenderer {
    static eventTemplate = "museum_exhibition.SlotCalendarEvent";

    setup() {
        super.setup();
        this.actionService = useService("action");
    }

    get options() {
        const options = super.options;
        const {scale} = this.props.model;
        if (scale === "week") {
            options.initialView = "dayGridWeek";
        }
        return {
            ...options,
            eventOrder: scale === "day" ? options.eventOrder || "start" : "order",
            scrollTime: "08:00:00",
            // Side by side: what lies below another one cannot be read.
            slotEventOverlap: false,
        };
    }

    viewDidMount(info) {
        super.viewDidMount(info);
        info.el.classList.add("o_museum_slot_calendar");
    }

    convertRecordToEvent(record) {
        return {...super.convertRecordToEvent(record), order: record.rawRecord.order};
    }

    onEventDidMount(info) {
        super.onEventDidMount(info);
        const record = this.props.model.records[info.event.id];
        if (record) {
            info.el.title = record.title;
        }
    }

    onEventClick(info) {
        const {rawRecord} = this.props.model.records[info.event.id] || {};
        if (!rawRecord || !("slots" in rawRecord)) {
            super.onEventClick(info);
            return;
        }
        const [exhibitionId, name] = rawRecord.exhibition_id;
        this.actionService.doAction({
            type: "ir.actions.act_window",
            name: `${name}, ${deserializeDate(rawRecord.date).toFormat("ccc d LLL")}`,
            res_model: this.props.model.resModel,
            views: [
                [false, "list"],
                [false, "kanban"],
                [false, "form"],
            ],
            domain: [
                ["exhibition_id", "=", exhibitionId],
                ["local_date", "=", rawRecord.date],
            ],
            context: {default_exhibition_id: exhibitionId},
        });
    }
}

export class SlotCalendarRenderer extends CalendarRenderer {
    static components = {
        ...CalendarRenderer.components,
        day: SlotCalendarCommonRenderer,
        week: SlotCalendarCommonRenderer,
        month: SlotCalendarCommonRenderer,
    };
}

registry.category("views").add("museum_slot_calendar", {
    ...calendarView,
    Model: SlotCalendarModel,
    Renderer: SlotCalendarRenderer,
});
