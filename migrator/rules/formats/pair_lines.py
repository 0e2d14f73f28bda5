"""Lines of an old and a new address: text files of Apache's RewriteMap and maps of HAProxy. Their status is said elsewhere."""

from __future__ import annotations

from migrator.rules.formats.reading import Reading


def read(text: str, reading: Reading) -> None:
    """Read lines `/old https://new/…`; # begins a comment. The key ends at the first blank, the rest is the value."""
    for line, content in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        words = content.strip().split(None, 1)
        if not words or words[0].startswith("#"):
            continue
        if len(words) < 2:
            reading.skip(line, f"`{words[0][:200]}` leads nowhere")
        elif not (words[0].startswith("/") or "." in words[0].partition("/")[0]):
            reading.skip(
                line, f"`{words[0][:200]}` is no old address", "Expressions of map_reg are not read; write them as `regex:`."
            )
        else:
            reading.add(line, words[0], words[1].split(" #")[0].strip())
