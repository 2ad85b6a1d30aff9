/**
 * The camera and the reading of QR codes in the square that the operator sees.
 *
 * The browser's own BarcodeDetector where it exists; elsewhere jsQR, loaded when it is
 * needed.
 */
const LOOK_EVERY_MS = 120;
// A signed QR has 49 modules: 640 px leave it readable when it fills a third of the
// square, and keep jsQR below 40 ms on a phone.
const MAX_SIDE = 640;

function loadScript(url) {
    return new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = url;
        script.onload = resolve;
        script.onerror = () => {
            // tried anew at the next start
            script.remove();
            reject(new Error(`cannot load ${url}`));
        };
        document.head.append(script);
    });
}

async function nativeReader() {
    const formats = (await globalThis.BarcodeDetector?.getSupportedFormats?.()) || [];
    if (!formats.includes("qr_code")) {
        return null;
    }
    const detector = new globalThis.BarcodeDetector({formats: ["qr_code"]});
    return async (canvas) => (await detector.detect(canvas))[0]?.rawValue;
}

async function jsQrReader(url) {
    if (!window.jsQR) {
        await loadScript(url);
    }
    return async (canvas) => {
        const {width, height} = canvas;
        const picture = canvas
            .getContext("2d", {willReadFrequently: true})
            .getImageData(0, 0, width, height);
        const options = {inversionAttempts: "dontInvert"};
        return window.jsQR(picture.data, width, height, options)?.data;
    };
}

export class Camera {
    /**
     * @param {HTMLVideoElement} video
     * @param {object} options
     * @param {string} options.readerUrl where jsQR is
     * @param {() => boolean} options.isWanted whether a code would be of use now
     * @param {(text: string) => void} options.onCode called at each sight of a code
     */
    constructor(video, options) {
        this.video = video;
        this.options = options;
        this.canvas = document.createElement("canvas");
    }

    /**
     * @returns {Promise<string|null>} null when the camera runs, else why not:
     *     "camera_insecure", "no_camera" or "camera_denied"
     */
    async start() {
        this.stop();
        if (!navigator.mediaDevices?.getUserMedia) {
            return window.isSecureContext ? "no_camera" : "camera_insecure";
        }
        try {
            const [stream, read] = await Promise.all([
                navigator.mediaDevices.getUserMedia({
                    audio: false,
                    video: {
                        facingMode: {ideal: "environment"},
                        width: {ideal: 1280},
                        height: {ideal: 960},
                    },
                }),
                nativeReader().then(
                    (reader) => reader || jsQrReader(this.options.readerUrl)
                ),
            ]);
            this.stream = stream;
            this.read = read;
            this.video.srcObject = stream;
            await this.video.play();
        } catch (error) {
            this.stop();
            return ["NotAllowedError", "SecurityError"].includes(error.name)
                ? "camera_denied"
                : "no_camera";
        }
        this._schedule();
        return null;
    }

    stop() {
        clearTimeout(this.timer);
        this.stream?.getTracks().forEach((track) => track.stop());
        this.stream = null;
        this.video.srcObject = null;
    }

    get isRunning() {
        return Boolean(
            this.stream?.getVideoTracks().some((t) => t.readyState === "live")
        );
    }

    get _track() {
        return this.stream?.getVideoTracks()[0];
    }

    get hasTorch() {
        return Boolean(this._track?.getCapabilities?.().torch);
    }

    /** @param {boolean} isOn */
    async setTorch(isOn) {
        await this._track?.applyConstraints({advanced: [{torch: isOn}]});
    }

    _schedule() {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this._look(), LOOK_EVERY_MS);
    }

    async _look() {
        const {stream} = this;
        if (!document.hidden && this.options.isWanted() && this.video.videoWidth) {
            const text = await this._readSquare().catch((error) => {
                // one bad picture must not end the shift
                console.warn("gate: cannot read the picture", error);
            });
            if (text && stream === this.stream && this.options.isWanted()) {
                this.options.onCode(text);
            }
        }
        if (stream && stream === this.stream) {
            this._schedule();
        }
    }

    /** Reads the middle square of the picture, which is what the page shows. */
    async _readSquare() {
        const {videoWidth: width, videoHeight: height} = this.video;
        const side = Math.min(width, height);
        const size = Math.min(side, MAX_SIDE);
        this.canvas.width = size;
        this.canvas.height = size;
        const context = this.canvas.getContext("2d", {willReadFrequently: true});
        const [left, top] = [(width - side) / 2, (height - side) / 2];
        context.drawImage(this.video, left, top, side, side, 0, 0, size, size);
        return this.read(this.canvas);
    }
}
