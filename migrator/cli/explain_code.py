"""`migrator explain-code`: what the code of a problem means and how to mend it. The texts are the registry's."""

from __future__ import annotations

import click

from migrator.rules.problem_codes import CODES, PAGE, SECTIONS, markdown, nearest, section_of


@click.command("explain-code")
@click.argument("code", required=False)
@click.option("--markdown", "as_markdown", is_flag=True, help=f"Print every code as the sections of {PAGE}.")
def explain_code(code: str | None, as_markdown: bool) -> None:
    """Say what the CODE of a problem means and how to mend it; without CODE, list every code that there is.

    The code is what stands in brackets at the end of a finding, such as [shadowed-rule].
    """
    if as_markdown:
        click.echo(markdown(), nl=False)
    elif code is None:
        for section in SECTIONS:
            click.echo(f"{section.title}: {', '.join(one.code for one in section.codes)}")
    else:
        _explain(code.strip("[]` ").lower())


def _explain(code: str) -> None:
    if code not in CODES:
        near = nearest(code)
        raise click.UsageError(f"no problem has the code `{code}`" + (f"; did you mean `{near}`?" if near else ""))
    found = CODES[code]
    click.echo(f"{found.code} ({found.level} · {section_of(code)})\n{found.text}")
    if found.level != "error":
        click.echo(f'If it is none at one rule, say so there:\n  allow: {{{found.code}: "why it is meant"}}')
    click.echo(f"See {PAGE}, and redirects.yaml in docs/redirects-yaml.md.")
