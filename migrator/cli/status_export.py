"""The public pages that tell how far the move is, as a folder of files: every language, feeds and badges."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from migrator.cli.progress_account import options_of, utc_now
from migrator.review.atomic import write_folder
from migrator.rules.rule import Site
from migrator.serve.language import load_catalogue
from migrator.serve.status import public_address
from migrator.serve.status_board import FileNames, board_of
from migrator.serve.status_files import StatusContent
from migrator.serve.status_page import FILES, IN_ONE_LANGUAGE, StatusPress
from migrator.settings import Settings

MARK = ".migrator-status"
_NOTE = b"Written by `migrator status --out`, which replaces this folder whole.\n"


def export(folder: Path, settings: Settings, sites: list[Site], content: StatusContent, press: StatusPress) -> int:
    """Put the files of these sites into `folder`, of several each into one of its own below it; how many there are.

    Raises PublishError where other files are in the folder.
    """
    files: dict[str, bytes] = {}
    for site in sites:
        below = f"{_folder_name(site.name)}/" if len(sites) > 1 else ""
        files |= {below + name: body for name, body in site_files(settings, site, content, press).items()}
    write_folder(folder, {**files, MARK: _NOTE}, MARK)
    return len(files)


def site_files(settings: Settings, site: Site, content: StatusContent, press: StatusPress) -> dict[str, bytes]:
    """The files of one site by their names. They name one another by relative addresses, so that they may lie anywhere."""
    options, catalogue = options_of(settings), load_catalogue(settings.templates)
    default = catalogue.choose(options.language).tag
    names = FileNames(default)
    found = {}
    for tag in catalogue.tags:
        board = board_of(
            content,
            site,
            catalogue.choose(tag),
            names=names,
            address=public_address(options, site),
            default=options.language,
            site_name=settings.banner.site_name if settings.banner else "",
            messages=options.messages,
            today=utc_now().date(),
        )
        for name in FILES:
            if tag == default or name not in IN_ONE_LANGUAGE:
                found[names.of(name, tag)] = press.made(name, board).body
    return found


def _folder_name(site: str) -> str:
    """A site's name as that of a folder, whatever is in it."""
    return quote(site, safe="").replace(".", "%2E")
