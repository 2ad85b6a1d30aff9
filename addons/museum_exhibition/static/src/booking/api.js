/**
 * Calls of the museum's API. Needs fetch, nothing of the page.
 */

/** What the API refused, or why it could not be asked. */
export class ApiFailure extends Error {
    /**
     * @param {"network"|"refused"} kind
     * @param {number} status HTTP status; 0 without an answer
     * @param {{code: string, message: string, details: Object}} error
     */
    constructor(kind, status, error) {
        super(error.message);
        this.kind = kind;
        this.status = status;
        this.code = error.code;
        this.details = error.details || {};
    }
}

async function call(path, options, fetchImpl) {
    let response;
    let body;
    try {
        response = await fetchImpl(`/api/v1${path}`, {
            credentials: "same-origin",
            ...options,
            headers: {Accept: "application/json", ...options.headers},
        });
    } catch (error) {
        if (error.name === "AbortError") {
            throw error;
        }
        throw new ApiFailure("network", 0, {code: "network", message: ""});
    }
    try {
        body = await response.json();
    } catch (error) {
        if (error.name === "AbortError") {
            throw error;
        }
        // A proxy's own page, or an answer that was cut off.
        throw new ApiFailure(response.ok ? "network" : "refused", response.status, {
            code: "unreadable",
            message: "",
        });
    }
    if (!response.ok) {
        const error = body?.error || {code: "unreadable", message: ""};
        throw new ApiFailure("refused", response.status, error);
    }
    return body;
}

/** GET; `params` that are null are left out. */
export function apiGet(path, params = {}, {signal, fetchImpl = fetch} = {}) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(params)) {
        if (value !== null && value !== undefined) {
            query.set(name, value);
        }
    }
    const text = query.toString();
    return call(text ? `${path}?${text}` : path, {method: "GET", signal}, fetchImpl);
}

/** POST of a JSON body under an Idempotency-Key: the same key never acts twice. */
export function apiPost(path, body, key, options) {
    return apiSend("POST", path, body, key, options);
}

/** The same by any writing method. */
export function apiSend(method, path, body, key, {signal, fetchImpl = fetch} = {}) {
    const options = {
        method,
        signal,
        headers: {"Content-Type": "application/json", "Idempotency-Key": key},
        body: JSON.stringify(body),
    };
    return call(path, options, fetchImpl);
}

/** A new random key, also where crypto.randomUUID is missing (plain http). */
export function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
