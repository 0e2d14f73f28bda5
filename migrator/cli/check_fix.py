"""`migrator check --fix`: chains led straight to their end, exact duplicates taken out; shown as a diff, written whole."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable
from pathlib import Path

import click

from migrator.errors import ConfigError, Place, PublishError
from migrator.review.atomic import exclusive, replace_text
from migrator.rules.chains import walked
from migrator.rules.checks import errors_only, found_problems
from migrator.rules.decision import Redirect
from migrator.rules.map_file import MapFile
from migrator.rules.mending import find_mending, mended
from migrator.rules.rule import Rule
from migrator.rules.samples import sample_request
from migrator.rules.table import RuleTable
from migrator.rules.yaml_fold import repeated_rules, without
from migrator.rules.yaml_text import read_included_map, read_map
from migrator.settings import state_folder
from migrator.store.map_files import read_text

REPEATED = "duplicate-key"
_MARK = "\ufeff".encode()


def fix_repeats(found: MapFile, config: Path, *, dry_run: bool, diff_on_stderr: bool) -> bool:
    """Delete lines that repeat an earlier one to the letter, where that is all that is wrong with the files' form.

    Gives whether the files can be read again, now that they are mended.
    """
    if not found.problems or {problem.code for problem in found.problems} != {REPEATED}:
        return False
    with contextlib.nullcontext() if dry_run else exclusive(state_folder(config) / "publish.lock"):
        for file in sorted({problem.place.file for problem in found.problems}):
            text, problem = read_text(Path(file))
            if problem:
                raise ConfigError([problem])
            after = without(text, repeated_rules(text, file))
            click.echo(_difference(text, after, file), nl=False, err=diff_on_stderr)
            if not dry_run and after != text:
                _write(Path(file), text, after)
    return not dry_run


def fix(config: Path, found: MapFile, table: RuleTable, *, dry_run: bool, diff_on_stderr: bool) -> int:
    """Mend what can be mended without asking, and give how many files were (or would be) changed.

    Raises PublishError, with nothing written, where an address would end elsewhere than before.
    """
    with contextlib.nullcontext() if dry_run else exclusive(state_folder(config) / "publish.lock"):
        texts = _mended_texts(table)
        _refuse_changes(config, found, table, {file: after for file, (_, after) in texts.items()})
        for file, (before, after) in texts.items():
            click.echo(_difference(before, after, file), nl=False, err=diff_on_stderr)
            if not dry_run:
                _write(Path(file), before, after)
    return len(texts)


def _mended_texts(table: RuleTable) -> dict[str, tuple[str, str]]:
    """The text before and after of each file that changes; what cannot be mended in it is told."""
    mending = find_mending(table)
    texts: dict[str, tuple[str, str]] = {}
    for file in mending.files():
        if not file.lower().endswith((".yaml", ".yml")):
            _tell_left(place for place in (*mending.targets, *mending.duplicates) if place.file == file)
            continue
        text, problem = read_text(Path(file))
        if problem:
            raise ConfigError([problem])
        after, left = mended(text, file, mending)
        _tell_left(left)
        if after != text:
            texts[file] = text, after
    return texts


def _tell_left(places: Iterable[Place]) -> None:
    for place in places:
        click.echo(f"{place}: left as it is, for you to mend: it is no plain line of YAML, or has a comment", err=True)


def _refuse_changes(config: Path, found: MapFile, table: RuleTable, texts: dict[str, str]) -> None:
    """Raise PublishError where the mended map has more errors, or leads any address of its rules elsewhere than before."""
    rules = list(_rules_after(config, found, texts))
    after = RuleTable(found.sites, rules)
    worse = [one for one in errors_only(found_problems(after)) if one not in errors_only(found_problems(table))] if texts else []
    if worse or _ends(table) != {**_ends(table), **_ends(after)}:
        raise PublishError("mended so, the map would answer otherwise; nothing was written", worse)


def _rules_after(config: Path, found: MapFile, texts: dict[str, str]) -> Iterable[Rule]:
    for file in dict.fromkeys(rule.place.file for rule in found.rules):
        if file not in texts:
            yield from (rule for rule in found.rules if rule.place.file == file)
            continue
        read = read_map(texts[file], file) if file == str(config) else read_included_map(texts[file], file, found.sites)
        if read.problems:
            raise PublishError("mended so, the file could not be read; nothing was written", read.problems)
        yield from read.rules


def _ends(table: RuleTable) -> dict[tuple[str, str], str]:
    """Where each address that a rule names ends, however many hops it takes."""
    ends: dict[tuple[str, str], str] = {}
    for name, site_table in table.tables.items():
        for found in site_table:
            walk, request = walked(found, site_table, table), sample_request(found, site_table.site)
            decision = table.decide(request) if request else None
            if isinstance(decision, Redirect):
                ends[name, found.rule.source] = walk.taken[-1] if walk and not walk.is_loop else decision.location
    return ends


def _write(path: Path, before: str, after: str) -> None:
    raw = path.read_bytes()
    mark = _MARK if raw.startswith(_MARK) else b""
    if raw != mark + before.encode():
        raise PublishError(f"{path} changed while it was mended; run the command again")
    replace_text(path, raw, mark + after.encode())


def _difference(before: str, after: str, file: str) -> str:
    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), file, file)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
