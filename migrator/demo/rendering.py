"""The pages of a demonstration site as it sends them: each in its layout, its charset and its line ends. Knows no addresses."""

from __future__ import annotations

import jinja2


class PageTemplates:
    """The page files of one site: UTF-8 with LF, whatever is sent. A page may set `charset` and `newline` for itself."""

    def __init__(self, site: str, *, charset: str) -> None:
        self.charset = charset
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("migrator.demo", site),
            autoescape=False,  # noqa: S701 - the package's own pages, which are HTML already
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            keep_trailing_newline=True,
        )
        self._templates.globals["charset"] = charset

    def render(self, name: str, **values: object) -> bytes:
        """The page of that name, where `values` are what its layout asks of it."""
        page = self._templates.get_template(name).make_module(values)
        text = str(page).replace("\n", getattr(page, "newline", "\n"))
        return text.encode(getattr(page, "charset", self.charset))
