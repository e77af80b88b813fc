"""`cnncalc schema`: a JSON Schema of the language."""

from __future__ import annotations

import typer

from cnncalc.cli.output import write
from cnncalc.cli.running import CLEAN, guarded


def schema() -> None:
    """Print a JSON Schema of the language, for editors."""

    def run() -> int:
        import json

        from cnncalc.report.json_schema import language_schema

        write(json.dumps(language_schema(), indent=2, ensure_ascii=False) + "\n")
        return CLEAN

    raise typer.Exit(guarded(run))
