# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""axe-core in a page: what people with a screen reader or a keyboard stumble on."""

from pathlib import Path

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
#: impacts that fail a test; axe also knows "moderate" and "minor"
GRAVE = {"serious", "critical"}

_RUN = """
async (within) => {
    const options = {resultTypes: ["violations"], elementRef: false};
    const {violations, passes} = await axe.run(within || document, options);
    return {
        passes: passes.length,
        violations: violations.map(({id, impact, help, nodes}) => ({
            id, impact, help,
            nodes: nodes.map(({target, html, failureSummary}) => ({
                target: target.join(" "), html: html.slice(0, 200), failureSummary,
            })),
        })),
    };
}
"""


def grave_violations(page, within: str | None = None) -> list[str]:
    """Run axe-core on the page as it is now; one text for each grave finding.

    :param within: a selector; what is outside of it is not looked at
    """
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate(_RUN, within)
    assert result["passes"] > 5, "axe found next to nothing to look at"
    return [
        f"{found['impact']} {found['id']} ({found['help']}) at {node['target']}:"
        f" {node['html']}\n    {node['failureSummary']}"
        for found in result["violations"]
        if found["impact"] in GRAVE
        for node in found["nodes"]
    ]
