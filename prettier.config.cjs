/** @type {import('prettier').Config} */
module.exports = {
    // XML has to be asked for by name: https://github.com/prettier/prettier/issues/15388
    plugins: [require.resolve("@prettier/plugin-xml")],
    bracketSpacing: false,
    printWidth: 88,
    proseWrap: "always",
    semi: true,
    tabWidth: 4,
    trailingComma: "es5",
    xmlWhitespaceSensitivity: "strict",
};
