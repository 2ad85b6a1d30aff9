import js from "@eslint/js";
import globals from "globals";

// Odoo's own rules (web/tooling and test_lint) in eslint's flat form: components state
// their template and props, no #private (patching could not reach it).
const odooSyntax = [
    "error",
    "PrivateIdentifier",
    {
        selector:
            "ClassDeclaration[superClass.name='Component']:not(:has(ClassBody.body > PropertyDefinition[key.name='props'][static='true']))",
        message: "A component declares static props.",
    },
    {
        selector:
            "ClassDeclaration[superClass.name='Component']:not(:has(ClassBody.body > PropertyDefinition[key.name='template'][static='true']))",
        message: "A component declares a static template.",
    },
];

export default [
    {ignores: ["**/static/lib/**", "**/node_modules/**", ".local/**"]},
    js.configs.recommended,
    {
        files: ["addons/**/static/**/*.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: {...globals.browser, odoo: "readonly", luxon: "readonly"},
        },
        rules: {
            curly: ["error", "all"],
            eqeqeq: "error",
            "no-duplicate-imports": "error",
            "no-restricted-globals": ["error", "event", "self"],
            "no-shadow": "warn",
            "no-unused-vars": ["error", {args: "none", caughtErrors: "all"}],
            "no-var": "error",
            "prefer-const": ["error", {destructuring: "all"}],
            "no-console": ["error", {allow: ["warn", "error"]}],
            "no-restricted-syntax": odooSyntax,
        },
    },
    {
        // In a service worker `self` is the only global scope.
        files: ["addons/**/static/src/**/service_worker.js"],
        languageOptions: {globals: {...globals.serviceworker}},
        rules: {"no-restricted-globals": "off"},
    },
    {
        // Scripts that run in a browser outside Odoo.
        files: ["tests/razorpay_sandbox/**/*.js"],
        languageOptions: {globals: {...globals.browser}, sourceType: "script"},
    },
    {
        files: ["**/*.mjs"],
        languageOptions: {globals: {...globals.node}},
    },
    {
        files: ["**/*.cjs"],
        languageOptions: {globals: {...globals.node}, sourceType: "commonjs"},
    },
];
