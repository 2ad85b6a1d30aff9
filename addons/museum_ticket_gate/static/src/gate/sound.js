/**
 * A sound and a vibration of its own for each colour, made here: no files, so they
 * work without a network.
 */
import {VIBRATION} from "./outcome.js";

// [frequency in hertz, start and length in seconds]
const TONES = {
    // rising: come in
    green: {
        wave: "sine",
        notes: [
            [660, 0, 0.09],
            [990, 0.09, 0.16],
        ],
    },
    // twice the same: wait
    amber: {
        wave: "triangle",
        notes: [
            [440, 0, 0.13],
            [440, 0.2, 0.13],
        ],
    },
    // low and rough: stop
    red: {
        wave: "square",
        notes: [
            [185, 0, 0.2],
            [139, 0.22, 0.4],
        ],
    },
};
const VOLUME = {sine: 0.7, triangle: 0.8, square: 0.35};

export class Signals {
    /** Browsers allow sound after a tap or key only: call from such an event. */
    unlock() {
        const Context = window.AudioContext || window.webkitAudioContext;
        if (Context && !this.audio) {
            this.audio = new Context();
        }
        this.audio?.resume?.();
    }

    /** @param {string} colour green, amber or red */
    play(colour) {
        navigator.vibrate?.(VIBRATION[colour]);
        if (!this.audio) {
            return;
        }
        // phones suspend the sound when the screen was off
        this.audio.resume?.();
        const {wave, notes} = TONES[colour];
        const now = this.audio.currentTime;
        for (const [frequency, start, length] of notes) {
            const oscillator = this.audio.createOscillator();
            const gain = this.audio.createGain();
            oscillator.type = wave;
            oscillator.frequency.value = frequency;
            // short ramps: a tone that starts at full height clicks
            gain.gain.setValueAtTime(0, now + start);
            gain.gain.linearRampToValueAtTime(VOLUME[wave], now + start + 0.01);
            gain.gain.setValueAtTime(VOLUME[wave], now + start + length - 0.02);
            gain.gain.linearRampToValueAtTime(0, now + start + length);
            oscillator.connect(gain).connect(this.audio.destination);
            oscillator.start(now + start);
            oscillator.stop(now + start + length);
        }
    }
}
