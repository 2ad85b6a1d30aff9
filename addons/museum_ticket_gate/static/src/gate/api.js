/**
 * The one question a gate asks. ``fetch`` and the clock come in, so that it can
 * be tried without a network.
 */
export const TIMEOUT_MS = 3000;

/**
 * @param {object} scan from PendingScans
 * @param {object} options
 * @param {string} options.url
 * @param {string} options.device
 * @param {Function} [options.fetch]
 * @param {number} [options.timeoutMs]
 * @returns {Promise<{answer: object}|{failure: string, message?: string}>} never
 *     rejects: a line that broke is an outcome like any other
 */
export async function verify(scan, options) {
    const doFetch = options.fetch || globalThis.fetch.bind(globalThis);
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), options.timeoutMs ?? TIMEOUT_MS);
    try {
        const response = await doFetch(options.url, {
            method: "POST",
            headers: {"Content-Type": "application/json"},
            credentials: "same-origin",
            signal: abort.signal,
            body: JSON.stringify({
                token: scan.text,
                gate_id: scan.gateId,
                scan_uuid: scan.uuid,
                scanned_at: new Date(scan.scannedAt).toISOString(),
                device: options.device,
                ...(scan.reason && {override_reason: scan.reason}),
            }),
        });
        // the body may break off as well: it belongs to the same time limit
        return outcomeOf(response.status, await response.json());
    } catch {
        return {failure: "no_answer"};
    } finally {
        clearTimeout(timer);
    }
}

/**
 * @param {number} status HTTP
 * @param {object} body parsed JSON
 */
export function outcomeOf(status, body) {
    if (status === 200 && body?.verdict) {
        return {answer: body};
    }
    if (status === 401) {
        return {failure: "logged_out"};
    }
    if (status === 403) {
        return {failure: "forbidden", message: body?.error?.message};
    }
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
        return {failure: "refused_request", message: body?.error?.message};
    }
    return {failure: "no_answer"};
}
