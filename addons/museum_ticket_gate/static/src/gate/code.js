/**
 * What a scanner or a person gave us, made comparable. Pure: no DOM, no network.
 *
 * The server normalises again and has the last word; here it serves to tell one
 * ticket from another and to choose between two readings of a scanner's keys.
 */

// A signed ticket: sixteen letters that stand alike on QWERTY, QWERTZ and AZERTY.
const TOKEN = /^[BCDEFGHJKNPRSTVX]{170,208}$/;
// Codes and references: museum code, then groups of the code alphabet.
const CODE = /^[A-Z0-9]{2,6}(-[0-9]{4})?(-[2-9A-HJKMNP-Z]{4,12}){1,3}$/;
const DASHES = /[\u2010-\u2015\u2212\uFE58\uFE63\uFF0D_-]+/g;

/**
 * @param {string} text as scanned or typed
 * @returns {string} upper case, without blanks, every kind of dash a hyphen
 */
export function normalise(text) {
    return String(text ?? "")
        .normalize("NFKC")
        .toUpperCase()
        .replace(/\s+/g, "")
        .replace(DASHES, "-")
        .replace(/^-+|-+$/g, "");
}

/**
 * @param {string} text
 * @returns {boolean} whether it has the shape of something that we issue
 */
export function looksOurs(text) {
    const code = normalise(text);
    return TOKEN.test(code) || CODE.test(code);
}

/**
 * A scanner that speaks US keys on a French or German layout sends wrong
 * characters but right key positions.
 *
 * @param {string} byCharacter what the layout made of the keys
 * @param {string} byPosition what the same keys are on a US keyboard
 * @returns {string} the reading that looks like one of ours, else the characters
 */
export function bestReading(byCharacter, byPosition) {
    return !looksOurs(byCharacter) && looksOurs(byPosition) ? byPosition : byCharacter;
}

/**
 * @param {string} text
 * @returns {string} short enough for a list, without giving the ticket away
 */
export function tail(text) {
    const code = normalise(text);
    return code.length > 8 ? `…${code.slice(-6)}` : code;
}
