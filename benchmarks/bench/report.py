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
    """One measured figure; without target it is there for information."""

    what: str
    ours: str
    target: str = ""
    ok: bool | None = None
    is_inconclusive: bool = False

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
    ) -> None:
        """Add a row; ``clock`` says that its target is wall clock."""
        self.rows.append(Row(what, ours, target, ok, clock and self.is_busy))

    def text(self) -> str:
        """The table in columns for a terminal."""
        cells = [("", "ours", "target", "")]
        cells += [(row.what, row.ours, row.target, row.verdict) for row in self.rows]
        widths = [max(len(line[i]) for line in cells) for i in range(4)]
        lines = ["  ".join(map(str.ljust, line, widths)) for line in cells]
        return "\n".join([f"\n{self.title}", "-" * len(lines[0]), *lines])

    def markdown(self) -> str:
        """The table for a document."""
        lines = [f"## {self.title}", "", "| | ours | target | |", "|---|---|---|---|"]
        lines += [
            f"| {row.what} | {row.ours} | {row.target} | {row.verdict} |"
            for row in self.rows
        ]
        return "\n".join(lines)


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
