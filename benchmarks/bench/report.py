# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rows with a target each, printed as tables and kept as JSON and Markdown."""

import json
import os
import platform
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

PASS, FAIL, BUSY, INFO = "pass", "FAIL", "busy", "-"
# The empty route at four connections on the idle machine of the targets: below half of
# that, a target in wall clock that is missed says nothing about the program.
IDLE_RATE = 1368


@dataclass
class Row:
    """One measured figure; without target it is there for information.

    ``stock``: the same of stock Odoo, measured in the same minutes on the same machine;
    ``ratio``: ours to stock, more than 1 when ours is better.
    """

    what: str
    ours: str
    target: str = ""
    ok: bool | None = None
    is_inconclusive: bool = False
    stock: str = ""
    ratio: str = ""

    @property
    def verdict(self) -> str:
        if self.ok is None or self.ok:
            return INFO if self.ok is None else PASS
        return BUSY if self.is_inconclusive else FAIL


@dataclass
class Table:
    title: str
    rows: list[Row] = field(default_factory=list)
    is_busy: bool = False

    def add(
        self,
        what: str,
        ours: str,
        target: str = "",
        ok: bool | None = None,
        *,
        clock: bool = False,
        stock: str = "",
        ratio: str = "",
    ) -> None:
        """Add a row; ``clock`` says that its target is wall clock."""
        busy = clock and self.is_busy
        self.rows.append(Row(what, ours, target, ok, busy, stock, ratio))

    def cells(self) -> list[tuple[str, ...]]:
        """Heading and rows; with the columns of stock Odoo when it was measured."""
        if any(row.stock for row in self.rows):
            return [
                ("", "ours", "stock Odoo events", "ratio", "target", ""),
                *(
                    (r.what, r.ours, r.stock, r.ratio, r.target, r.verdict)
                    for r in self.rows
                ),
            ]
        return [
            ("", "ours", "target", ""),
            *((row.what, row.ours, row.target, row.verdict) for row in self.rows),
        ]

    def text(self) -> str:
        """The table in columns for a terminal."""
        cells = self.cells()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(map(str.ljust, line, widths)) for line in cells]
        return "\n".join([f"\n{self.title}", "-" * len(lines[0]), *lines])

    def markdown(self) -> str:
        """The table for a document."""
        heading, *rows = (f"| {' | '.join(line)} |" for line in self.cells())
        rule = "|---" * len(self.cells()[0]) + "|"
        return "\n".join([f"## {self.title}", "", heading, rule, *rows])


class Report:
    """All tables of a run."""

    def __init__(self, facts: dict):
        self.facts = {
            "when": time.strftime("%F %T %z"),
            "machine": machine(),
            "load average before": f"{os.getloadavg()[0]:.1f}",
            **facts,
        }
        self.tables: list[Table] = []

    def add(self, table: Table) -> None:
        """Keep a table and show it at once."""
        self.tables.append(table)
        print(table.text(), flush=True)

    @property
    def failed(self) -> int:
        return sum(row.verdict == FAIL for table in self.tables for row in table.rows)

    def save(self, folder: Path) -> Path:
        """Write the results as JSON; return the file."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / time.strftime("bench-%Y%m%d-%H%M%S.json")
        tables = [asdict(table) for table in self.tables]
        path.write_text(json.dumps({**self.facts, "tables": tables}, indent=1))
        return path

    def markdown(self) -> str:
        """All tables as one document."""
        facts = [f"- {name}: {value}" for name, value in self.facts.items()]
        tables = [table.markdown() for table in self.tables]
        return "\n\n".join(["# Benchmarks", "\n".join(facts), *tables]) + "\n"


def machine() -> str:
    """Processor, cores and memory."""
    model = platform.machine()
    cpuinfo = Path("/proc/cpuinfo").read_text()
    for line in cpuinfo.splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    kilobytes = int(Path("/proc/meminfo").read_text().split()[1])
    return f"{cpuinfo.count('processor')} x {model}, {kilobytes // 1024**2} GB"
