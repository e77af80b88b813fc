"""Which rules are run on which network: the command line over the configuration file."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from cnncalc.cli.request import Checking, file_of, listed
from cnncalc.errors import UsageError
from cnncalc.linter.config import Config, find_config, read_config
from cnncalc.linter.settings import LintSettings

_FAIL_ON = "warning"


class Settings(NamedTuple):
    """What holds for one network.

    Attributes:
        lint: Settings of the linter.
        fail_on: The least severity that makes the exit code 1, or `never`.
    """

    lint: LintSettings
    fail_on: str


class Configuration:
    """The settings of every network of a command line.

    Raises:
        UsageError: A code is unknown, or the configuration file that was asked for is wrong.
    """

    def __init__(self, checking: Checking) -> None:
        self._select = _codes("--select", checking.select)
        self._extend_select = _codes("--extend-select", checking.extend_select)
        self._ignore = _codes("--ignore", checking.ignore)
        self._strict = checking.strict
        self._fail_on = None if checking.fail_on is None else checking.fail_on.value
        self._given: Config | None = None
        if checking.isolated:
            self._given = Config()
        if checking.config is not None:
            self._given = read_config(Path(checking.config))
        self._found: dict[Path, Config] = {}

    def of(self, network: str) -> Settings:
        """The settings for one network.

        Raises:
            UsageError: Its configuration file is wrong.
        """
        file = file_of(network)
        config = self._config(Path() if file is None else file.parent)
        lint = config.settings_for(file).overlaid(
            self._select, self._extend_select, self._ignore, strict=self._strict
        )
        return Settings(lint, self._fail_on or config.fail_on or _FAIL_ON)

    def _config(self, folder: Path) -> Config:
        """What was asked for, or the closest; for the zoo and standard input from here on."""
        if self._given is not None:
            return self._given
        if folder not in self._found:
            self._found[folder] = find_config(folder)
        return self._found[folder]


def _codes(option: str, texts: list[str] | None) -> tuple[str, ...]:
    if not texts:
        return ()
    from cnncalc.linter.engine import codes
    from cnncalc.linter.settings import check_codes

    words = [word for text in texts for word in listed(text) or ()]
    if not words:
        raise UsageError(f"{option} takes codes, such as S102,T4")
    return check_codes(words, codes(), option)
