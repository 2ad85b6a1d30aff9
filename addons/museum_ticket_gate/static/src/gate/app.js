/**
 * The gate's page: connects camera, scanner and typed codes with the API, the
 * screen and the loudspeaker.
 */
import {verify} from "./api.js";
import {Camera} from "./camera.js";
import {normalise} from "./code.js";
import {INITIAL, isCameraWanted, reduce} from "./flow.js";
import {PendingScans} from "./pending.js";
import {RepeatFilter} from "./repeat.js";
import {Signals} from "./sound.js";
import {View} from "./view.js";
import {SILENCE_MS, Wedge} from "./wedge.js";

const GATE_KEY = "museum_gate.gate";
const DEVICE_KEY = "museum_gate.device";
const PENDING_KEY = "museum_gate.pending";

/** Storage that may be forbidden or full: the gate works without it. */
function remembered(storage, key, fallback = null) {
    try {
        return JSON.parse(storage.getItem(key)) ?? fallback;
    } catch {
        return fallback;
    }
}

function remember(storage, key, value) {
    try {
        storage.setItem(key, JSON.stringify(value));
    } catch {
        // asked again next time
    }
}

// crypto.randomUUID does not exist on insecure addresses
function makeUuid() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class GateApp {
    constructor(root, config) {
        this.config = config;
        this.view = new View(root, config.texts);
        this.state = INITIAL;
        this.signals = new Signals();
        this.repeats = new RepeatFilter();
        this.wedge = new Wedge();
        this.pending = new PendingScans(
            remembered(localStorage, PENDING_KEY, []),
            makeUuid
        );
        this.isOnline = navigator.onLine;
        this.cameraProblem = null;
        this.isTorchOn = false;
        this.camera = new Camera(root.querySelector("video"), {
            readerUrl: config.readerUrl,
            isWanted: () =>
                isCameraWanted(this.state) && !root.querySelector("dialog[open]"),
            onCode: (text) => this.onCameraCode(text),
        });
        this.device = remembered(localStorage, DEVICE_KEY);
        if (!this.device) {
            this.device = `device ${makeUuid().slice(0, 8)}`;
            remember(localStorage, DEVICE_KEY, this.device);
        }
        this.chooseFirstGate();
        this.listen();
        this.render();
    }

    // --- gate ---------------------------------------------------------------
    chooseFirstGate() {
        const {gates, gateId} = this.config;
        const known = (id) => gates.some((gate) => gate.id === id) && id;
        this.gateId =
            known(gateId) ||
            known(remembered(localStorage, GATE_KEY)) ||
            (gates.length === 1 && gates[0].id) ||
            null;
        this.view.gates(gates, this.gateId);
    }

    get gate() {
        return this.config.gates.find((gate) => gate.id === this.gateId);
    }

    setGate(id) {
        this.gateId = id;
        remember(localStorage, GATE_KEY, id);
        this.render();
    }

    // --- events -------------------------------------------------------------
    listen() {
        const on = (selector, type, handler) =>
            this.view.find(selector).addEventListener(type, handler);
        on(".g-gates", "change", (ev) => this.setGate(Number(ev.target.value)));
        on(".g-begin", "click", () => this.begin());
        on(".g-verdict", "click", (ev) => {
            if (!ev.target.closest("button, a") && !this.state.shown?.failure) {
                this.dispatch({type: "dismissed"});
            }
        });
        on(".g-again", "click", () => this.retry(this.state.shown.scan));
        on(".g-skip", "click", () => this.dispatch({type: "dismissed"}));
        on(".g-override", "click", () => this.openDialog(".g-why"));
        on(".g-torch", "click", () => this.toggleTorch());
        on(".g-open-recent", "click", () => this.openDialog(".g-recent"));
        on(".g-open-typed", "click", () => this.openDialog(".g-typed"));
        on(".g-open-gate", "click", () => this.openDialog(".g-where"));
        on(".g-change-gate", "click", () => this.changeGate());
        on(".g-list", "click", (ev) => this.onRetryClick(ev));
        on(".g-typed form", "submit", () => this.onTyped());
        on(".g-why form", "submit", () => this.onOverride());
        for (const button of this.view.root.querySelectorAll(".g-close")) {
            button.addEventListener("click", () => button.closest("dialog").close());
        }
        this.view.find(".g-login").href = this.config.loginUrl;
        this.view.find(".g-logout").href = this.config.logoutUrl;
        this.view.find(".g-operator-line").textContent = this.config.operator;
        this.view.find(".g-operator").textContent = this.config.operator;
        // before whatever has the focus: a scanner may be used at any time
        window.addEventListener("keydown", (ev) => this.onKey(ev), {capture: true});
        window.addEventListener("online", () => this.setOnline(true));
        window.addEventListener("offline", () => this.setOnline(false));
        document.addEventListener("visibilitychange", () => this.onVisible());
    }

    onKey(ev) {
        if (ev.isComposing || ev.ctrlKey || ev.metaKey || !ev.key) {
            return;
        }
        const {scan, swallow} = this.wedge.press(ev, ev.timeStamp);
        clearTimeout(this.silence);
        const inField =
            ev.target instanceof HTMLInputElement && ev.target.type === "text";
        if (scan) {
            ev.preventDefault();
            ev.stopPropagation();
            this.onWedge(scan);
            return;
        }
        // inside a burst a space must not press a button, nor an Enter submit
        if (swallow && (!inField || ev.key === "Enter" || ev.key === "Tab")) {
            ev.preventDefault();
            ev.stopPropagation();
            return;
        }
        if (this.wedge.isBusy) {
            this.awaitSilence();
        }
        this.onShortcut(ev, inField);
    }

    awaitSilence() {
        this.silence = setTimeout(() => {
            if (navigator.scheduling?.isInputPending?.()) {
                // the page was busy: keys that were pressed in time come now
                this.awaitSilence();
                return;
            }
            const late = this.wedge.silence(performance.now());
            if (late) {
                this.onWedge(late);
            }
        }, SILENCE_MS);
    }

    /** Enter, Space and Escape acknowledge a red screen without a pointer. */
    onShortcut(ev, inField) {
        const {shown} = this.state;
        const onControl = ev.target.closest?.("button, a, input, dialog");
        if (
            shown &&
            !shown.failure &&
            !inField &&
            !onControl &&
            /^(Enter| |Escape)$/.test(ev.key)
        ) {
            ev.preventDefault();
            this.dispatch({type: "dismissed"});
        }
    }

    onWedge(text) {
        for (const dialog of this.view.root.querySelectorAll("dialog[open]")) {
            dialog.close();
        }
        this.view.find("#gate_typed_code").value = "";
        if (this.state.phase === "start" && !this.begin()) {
            return;
        }
        this.scan(text, "wedge");
    }

    onCameraCode(text) {
        if (this.repeats.isNew(normalise(text), performance.now())) {
            this.scan(text, "camera");
        }
    }

    onTyped() {
        const field = this.view.find("#gate_typed_code");
        const text = field.value;
        field.value = "";
        if (normalise(text)) {
            this.scan(text, "typed");
        }
    }

    onOverride() {
        const field = this.view.find("#gate_why_reason");
        const reason = field.value.trim();
        const {shown} = this.state;
        field.value = "";
        if (reason && shown) {
            // another attempt, with a number of its own in the log
            const {code} = shown.scan;
            const scan = this.pending.open(code, this.gateId, Date.now());
            this.dispatch({type: "scanned", scan: {...scan, reason}, source: "typed"});
        }
    }

    onRetryClick(ev) {
        const uuid = ev.target.closest("[data-uuid]")?.dataset.uuid;
        const scan = this.pending.list.find((each) => each.uuid === uuid);
        if (scan) {
            this.view.find(".g-recent").close();
            this.retry(scan);
        }
    }

    onVisible() {
        if (document.hidden || this.state.phase === "start") {
            return;
        }
        this.keepAwake();
        // phones take the camera away from hidden pages
        if (!this.cameraProblem && !this.camera.isRunning) {
            this.startCamera();
        }
    }

    // --- actions ------------------------------------------------------------
    /** @returns {boolean} whether a gate is chosen and scanning can begin */
    begin() {
        this.signals.unlock();
        if (!this.gate) {
            this.view.find(".g-gates").classList.add("g-missing");
            this.view.find(".g-gates input")?.focus();
            this.view.announce([this.view.find(".g-gates legend").textContent]);
            return false;
        }
        remember(localStorage, GATE_KEY, this.gateId);
        this.dispatch({type: "started"});
        this.startCamera();
        this.keepAwake();
        return true;
    }

    async startCamera() {
        this.cameraProblem = await this.camera.start();
        this.isTorchOn = false;
        this.render();
    }

    async keepAwake() {
        try {
            await navigator.wakeLock?.request("screen");
        } catch {
            // low battery: the phone decides
        }
    }

    async toggleTorch() {
        try {
            await this.camera.setTorch(!this.isTorchOn);
            this.isTorchOn = !this.isTorchOn;
        } catch {
            this.isTorchOn = false;
        }
        this.render();
    }

    changeGate() {
        this.view.find(".g-where").close();
        this.camera.stop();
        this.state = {...INITIAL, recent: this.state.recent};
        this.view.gates(this.config.gates, this.gateId);
        this.render();
    }

    openDialog(selector) {
        if (selector === ".g-where") {
            this.view.find(".g-where-gate").textContent = [
                this.gate?.name,
                this.gate?.venue,
            ]
                .filter(Boolean)
                .join(" · ");
            this.view.find(".g-where-operator").textContent = this.config.operator;
        }
        this.view.find(selector).showModal();
    }

    setOnline(isOnline) {
        this.isOnline = isOnline;
        this.render();
    }

    scan(text, source) {
        const scan = this.pending.open(text, this.gateId, Date.now());
        this.dispatch({type: "scanned", scan, source});
    }

    retry(scan) {
        this.dispatch({type: "scanned", scan, source: "retry"});
    }

    dispatch(event) {
        const before = this.state;
        this.state = reduce(before, event);
        if (this.state.asking && this.state.asking !== before.asking) {
            this.ask(this.state.asking);
        }
        if (this.state.shown && this.state.shown !== before.shown) {
            this.onShown(this.state.shown);
        }
        this.render();
    }

    async ask(scan) {
        remember(localStorage, PENDING_KEY, this.pending);
        const outcome = await verify(scan, {
            url: this.config.verifyUrl,
            device: this.device,
        });
        const at = Date.now();
        this.isOnline = outcome.failure !== "no_answer";
        if (outcome.answer) {
            this.pending.close(scan);
            remember(localStorage, PENDING_KEY, this.pending);
            this.dispatch({type: "answered", scan, answer: outcome.answer, at});
        } else {
            if (outcome.failure === "refused_request") {
                // asking the same again would not help
                this.pending.close(scan);
            }
            this.repeats.forget(scan.code);
            this.dispatch({type: "failed", scan, at, ...outcome});
        }
    }

    onShown(shown) {
        this.signals.play(shown.look.colour);
        clearTimeout(this.elapsed);
        if (shown.look.holdMs !== null) {
            this.elapsed = setTimeout(
                () => this.dispatch({type: "elapsed", shown}),
                shown.look.holdMs
            );
        }
    }

    render() {
        this.view.render(this.state, {
            isOnline: this.isOnline,
            isManager: this.config.isManager,
            pending: this.pending.list.filter(
                ({uuid}) => uuid !== this.state.asking?.uuid
            ),
            cameraProblem: this.cameraProblem,
            hasTorch: this.camera.hasTorch,
            isTorchOn: this.isTorchOn,
            gateName: this.gate?.name,
        });
    }
}

function boot() {
    const root = document.getElementById("gate");
    if (root) {
        const config = JSON.parse(document.getElementById("gate_config").textContent);
        new GateApp(root, config);
    }
}

if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", boot);
} else {
    boot();
}
