import {
    Component,
    onMounted,
    onWillUnmount,
    onWillUpdateProps,
    useState,
} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

/** How often a running plan is asked how far it is. */
const EVERY_MS = 1000;
const FIELDS = ["state", "progress", "work_done", "work_total", "outcome"];

/**
 * How far a plan of slots is: a bar that moves by itself while the plan runs, and
 * the form reloaded once it is over.
 */
export class PlanProgress extends Component {
    static template = "museum_exhibition.PlanProgress";
    static props = {...standardFieldProps};

    setup() {
        this.orm = useService("orm");
        this.now = useState(this.fromRecord(this.props.record));
        onMounted(() => this.schedule());
        onWillUpdateProps((props) => {
            Object.assign(this.now, this.fromRecord(props.record));
            this.schedule();
        });
        onWillUnmount(() => this.stop());
    }

    fromRecord(record) {
        return Object.fromEntries(FIELDS.map((name) => [name, record.data[name]]));
    }

    get words() {
        const {state, work_done: done, work_total: total, outcome} = this.now;
        if (state === "running") {
            return _t("%(done)s of %(total)s slots", {
                done: done.toLocaleString(),
                total: total.toLocaleString(),
            });
        }
        return state === "done" ? outcome : _t("Stopped. %s", outcome);
    }

    get barClass() {
        if (this.now.state === "running") {
            return "progress-bar-striped progress-bar-animated";
        }
        return this.now.state === "done" ? "bg-success" : "bg-warning";
    }

    schedule() {
        this.stop();
        if (this.now.state === "running") {
            this.timer = setTimeout(() => this.poll(), EVERY_MS);
        }
    }

    stop() {
        clearTimeout(this.timer);
    }

    async poll() {
        const id = this.props.record.resId;
        let plan = null;
        try {
            [plan] = await this.orm.silent.read("museum.slot.plan", [id], FIELDS);
        } catch {
            // The server is busy or restarts: the plan goes on, and so do we.
        }
        if (!plan || id !== this.props.record.resId) {
            this.schedule();
            return;
        }
        Object.assign(this.now, plan);
        if (plan.state === "running") {
            this.schedule();
        } else {
            await this.props.record.load();
        }
    }
}

registry.category("fields").add("museum_plan_progress", {
    component: PlanProgress,
    supportedTypes: ["integer"],
    fieldDependencies: [
        {name: "state", type: "selection"},
        {name: "work_done", type: "integer"},
        {name: "work_total", type: "integer"},
        {name: "outcome", type: "char"},
    ],
});
