"""What matching looks at in each page of a site: address, title, own text, and links to its fellows. Nothing is compared here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from migrator.pages.boilerplate import own_texts
from migrator.pages.page import Page
from migrator.pages.titles import own_titles
from migrator.pages.words import Lexicon, Numbers, numbers
from migrator.urls import Folding, Origin, look_up_key, origin_of, split_url

COMMON_LINK = 0.1  # a link on this share of the pages belongs to the frame, not to the page
FEWEST = 4
MAX_LINKS = 100  # of one page that are looked at

_FOLDING = Folding(every_param=True)
_INDEX = re.compile(r"/index$")
# What the page that leads into a folder is called where it does not bear the folder's own address.
_LEADS = ("overview", "introduction", "intro", "home", "main", "start", "welcome")
_EXTENSION = re.compile(r"\.(?:[sx]?html?|php\d?|aspx?|jspx?|cfm|do)$")


@dataclass(frozen=True, slots=True)
class Profile:
    """One page of a site. `path` is folded and without file extension; `links` are places in the same list of profiles.

    `words` are those of its own text, in order and as numbers.
    """

    page: Page
    path: str
    title: str
    language: str
    words: Numbers = field(compare=False, repr=False)
    links: tuple[int, ...]

    @property
    def length(self) -> int:
        """How many words its own text has."""
        return len(self.words)

    @property
    def folder(self) -> str:
        """The path up to the last segment, "" at the top."""
        return self.path.rpartition("/")[0]

    @property
    def slug(self) -> str:
        """The last segment of the path."""
        return self.path.rpartition("/")[2]

    @property
    def realm(self) -> str:
        """The part of the tree that the page leads into: what lies below it, or beside it where it is an overview."""
        return self.folder if self.slug in _LEADS else self.path


def profiles(pages: Sequence[Page], languages: Sequence[str]) -> list[Profile]:
    """The profile of each page of one side of a site, given their languages."""
    contents = [page.content for page in pages]
    titles = own_titles(contents)
    texts = own_texts(contents, languages)
    found, lexicon = [], Lexicon()
    for page, title, text, language, links in zip(pages, titles, texts, languages, _links(pages), strict=True):
        headed = text if not page.content.h1 or page.content.h1 in text.split("\n") else f"{page.content.h1}\n{text}"
        found.append(Profile(page, _readable_path(page.url), title, language, numbers(headed, lexicon), links))
    return found


def _readable_path(url: str) -> str:
    """The path (and query) of an address as words are looked for in it; index files and extensions say nothing."""
    _, path, query = split_url(url)
    key = look_up_key(path, query, _FOLDING)
    readable = _INDEX.sub("", unquote(_EXTENSION.sub("", key.path)).rstrip("/"))
    return f"{readable}?{unquote(key.query)}" if key.query else readable


def _links(pages: Sequence[Page]) -> list[tuple[int, ...]]:
    """For each page the fellows that its own part links to, in page order."""
    addresses: dict[str, tuple[Origin | None, str]] = {}

    def address(url: str) -> tuple[Origin | None, str]:
        if url not in addresses:
            _, path, query = split_url(url)
            addresses[url] = origin_of(url), str(look_up_key(path, query, _FOLDING))
        return addresses[url]

    places: dict[tuple[Origin | None, str], int] = {}
    for place, page in enumerate(pages):
        for url in (page.url, page.final_url):
            places.setdefault(address(url), place)
    linked = [
        list(dict.fromkeys(to for link in page.content.links if (to := places.get(address(link.url))) not in (None, place)))
        for place, page in enumerate(pages)
    ]
    seen = Counter(to for fellows in linked for to in fellows)
    most = max(FEWEST, COMMON_LINK * len(pages))
    return [tuple(to for to in fellows if to is not None and seen[to] < most)[:MAX_LINKS] for fellows in linked]
