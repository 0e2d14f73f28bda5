"""The README of an exported folder: what to include where, what is true of every rule, and which rules differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from migrator.rules.formats.export import Export, Remark
from migrator.rules.rule import Home, Site

README = "README.md"


def report(dialect: str, about: str, site: Site, made: Export) -> str:
    """The text, the same for the same map."""
    left_out = [remark for remark in made.remarks if remark.is_left_out]
    others = [remark for remark in made.remarks if not remark.is_left_out]
    notes = [*made.notes]
    if made.drops:
        notes.append("The query of a request is not carried to the target, although rules here say so.")
    if site.unmapped is not Home.LEGACY:
        notes.append(f"`unmapped: {site.unmapped}` is not in the files: what no rule answers is left to the server.")
    parts = [
        f"# Redirects of {', '.join(site.hosts)}\n\nMade by `migrator export {dialect}` ({about}) from the site `{site.name}`: "
        f"{made.said} rules. Do not edit these files; change redirects.yaml and export again.\n",
        "## Files\n\n" + "".join(f"- `{name}`\n" for name in sorted(made.files)),
        f"## Use\n\n```\n{made.include}\n```\n",
    ]
    if notes:
        parts.append("## Good to know\n\n" + "".join(f"- {note}\n" for note in notes))
    if left_out:
        parts.append(f"## Left out ({len(left_out)})\n\n" + _listed(left_out))
    if others:
        parts.append(f"## Not quite the same ({len(others)})\n\n" + _listed(others))
    return "\n".join(parts)


def _plain(source: str) -> str:
    return "".join(letter if letter.isprintable() and letter != "`" else "?" for letter in source)


def _listed(remarks: Iterable[Remark]) -> str:
    by_text: defaultdict[str, list[Remark]] = defaultdict(list)
    for remark in remarks:
        by_text[remark.text].append(remark)
    return "\n".join(
        f"{text[0].upper()}{text[1:]}:\n\n" + "".join(f"- {one.rule.place}: `{_plain(one.rule.source)}`\n" for one in found)
        for text, found in by_text.items()
    )
