"""Which files are a folder's tables, what is said of them, and own ones laid over them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from bosetting_cli.findings import DataError, Finding, finding, shown
from bosetting_cli.statistics.decoding import STDIN, unreadable
from bosetting_cli.statistics.descriptions import Description, read_description
from bosetting_cli.statistics.headers import COUNTY, KEY, NAME
from bosetting_cli.statistics.table import warning

REGISTER = "municipalities"
REGISTER_COLUMNS = (KEY, NAME, COUNTY)
_SUFFIXES = (".csv", ".tsv", ".xlsx", ".ods")
_UNREAD = (".xls", ".xlsm", ".xlsb", ".numbers")  # spreadsheets all the same


@dataclass(frozen=True, slots=True)
class Files:
    """The tables to read.

    Attributes:
        paths: Their files, the register first.
        description: What is said of them.
    """

    paths: tuple[Path, ...]
    description: Description

    def under(self, folder: str | Path, problems: list[Finding]) -> Files:
        """Lay own tables over these: new ones are added, one of the same name replaces.

        What is said of a table goes on being said of the one that replaces it, unless the own
        description has that file too. The register stays.

        Args:
            folder: A folder of tables, with a description or without, or one table.
            problems: Gets what is odd or wrong with it.

        Raises:
            DataError: There is no such folder, or it has no tables.
        """
        found = tables_within(Path(folder), problems)
        registers = [path for path in found.paths if _is_register(path)]
        problems += [warning("own register", str(path)) for path in registers]
        own = [path for path in found.paths if path not in registers]
        names = {path.name for path in own}
        kept = [path for path in self.paths[1:] if path.name not in names]
        said = self.description.under(found.description)
        return Files((self.paths[0], *kept, *own), said)


def files_of(root: Path, problems: list[Finding]) -> Files:
    """Return the tables of a folder, or the one file that is register and figures in one.

    Args:
        root: The folder or file.
        problems: Gets what is odd or wrong with it.

    Raises:
        DataError: There is no such folder, or it has no register.
    """
    description = read_description(root, problems)
    tables = _within(root, problems)
    registers = tables if tables == [root] else [path for path in tables if _is_register(path)]
    if not registers:
        file = str(root / f"{REGISTER}.csv")
        raise DataError(finding("no register", file=file, columns=REGISTER_COLUMNS))
    if len(registers) > 1:
        first, second = registers[:2]
        raise DataError(finding("second register", file=str(second), other=first.name))
    others = (path for path in tables if path not in registers)
    return Files((*registers, *others), description)


def tables_within(root: Path, problems: list[Finding]) -> Files:
    """Return the tables of a folder that needs no register, or the one file.

    Args:
        root: The folder or file.
        problems: Gets what is odd or wrong with it.

    Raises:
        DataError: There is no such folder, or it has no tables.
    """
    description = read_description(root, problems)
    if tables := _within(root, problems):
        return Files(tuple(tables), description)
    raise DataError(finding("no tables", file=shown(str(root), 200), kinds=_SUFFIXES))


def _is_register(path: Path) -> bool:
    return path.stem.casefold() == REGISTER


def _within(root: Path, problems: list[Finding]) -> list[Path]:
    """Return the tables of a folder, or the file itself; spreadsheets that aren't read are said."""
    name = shown(str(root), 200)
    try:
        if root == STDIN or (root.exists() and not root.is_dir()):
            return [root]
        if not root.is_dir():
            raise DataError(finding("no such folder", file=name))
        problems += [warning("not read", str(path)) for path in _files(root, _UNREAD)]
        return _files(root, _SUFFIXES)
    except (OSError, ValueError) as error:
        raise unreadable(error, name) from None


def _files(root: Path, suffixes: Collection[str]) -> list[Path]:
    """Return the files of these kinds, but for those that hide or that Excel has open."""
    return sorted(
        path
        for path in root.iterdir()
        if path.suffix.lower() in suffixes and not path.name.startswith((".", "~$"))
    )


def laid_over(root: Path, added: Sequence[str | Path], problems: list[Finding]) -> Files:
    """Return the tables of a folder or file with others laid over them, one after the other."""
    found = files_of(root, problems)
    for folder in added:
        found = found.under(folder, problems)
    return found
