"""Web archives (WARC, ARC) in the place of a site: an index of what they hold of it, and answers from there. No network here."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple

from migrator.crawl.answer import NONE, Answer
from migrator.crawl.source_file import SourceFile
from migrator.errors import MissingExtraError, SourceError, UpstreamError
from migrator.pages.harvest import Locate

_LARGEST_SPOOLED = 8 << 30  # bytes, uncompressed, of a file that is compressed as a whole


class _Place(NamedTuple):
    """Where an address is; of several, the greatest counts: an answer that is a page, and then the newest."""

    rank: int
    taken: str
    file: int
    offset: int


class Archive:
    """What some files hold of one side of a site. Open it before use; `index` comes first."""

    def __init__(self, paths: Sequence[Path], locate: Locate) -> None:
        if find_spec("warcio") is None:
            raise MissingExtraError("reading web archives", "warc")
        self._paths = paths
        self._locate = locate
        self._places: dict[str, tuple[str, _Place]] = {}
        self._files: list[IO[bytes]] = []
        self._stack = ExitStack()
        self._turn = asyncio.Lock()
        self.records = self.elsewhere = 0
        self.damaged: dict[str, int] = {}

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def index(self, tell: Callable[[int, int], None] | None = None) -> None:
        """Find out what is where. Raises SourceError where a file is no web archive, OSError where it cannot be read."""
        from migrator.crawl.warc_records import NotSeekable

        for path in self._paths:
            file = self._opened(path)
            try:
                self._index(len(self._files), path.name, file, tell)
            except NotSeekable:
                file = self._spooled(path)
                self._index(len(self._files), path.name, file, tell)
            self._files.append(file)

    def addresses(self) -> Iterator[tuple[str, str]]:
        """Every address that an answer is held of, and the name of the file that holds it."""
        for url, place in self._places.values():
            yield url, self._paths[place.file].name

    async def fetch(self, url: str, max_body: int, conditions: Mapping[str, str] = NONE) -> Answer:
        """The answer for an address, as `Fetch` gives it; conditions do nothing. Raises UpstreamError where there is none."""
        held = self._places.get(self._locate(url).key)
        if held is None:
            raise UpstreamError("not in the archive")
        async with self._turn:
            return await asyncio.to_thread(self._read, held[1], max_body)

    def _read(self, place: _Place, max_body: int) -> Answer:
        from migrator.crawl.archived_answer import answer_of
        from migrator.crawl.warc_records import FAULTS, record_at

        try:
            return answer_of(record_at(self._files[place.file], place.offset), max_body)
        except (*FAULTS, StopIteration) as error:
            raise UpstreamError("the archive is damaged here") from error

    def _opened(self, path: Path) -> IO[bytes]:
        if path.is_dir():
            raise SourceError(f"{path} is a folder\n    name the files in it")
        return self._stack.enter_context(path.open("rb"))

    def _spooled(self, path: Path) -> IO[bytes]:
        """The file uncompressed, in a temporary one."""
        file: IO[bytes] = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        source = SourceFile(path)
        for piece in source.pieces():
            file.write(piece)
            if source.size > _LARGEST_SPOOLED:
                raise SourceError(f"{path} is compressed as a whole and too large for that\n    mend it with `warcio recompress`")
        return file

    def _index(self, number: int, name: str, file: IO[bytes], tell: Callable[[int, int], None] | None) -> None:
        from migrator.crawl.warc_records import records

        before, damaged = self.records, 0
        whole = file.seek(0, 2)
        for offset, record in records(file):
            if record is None:
                damaged += 1
                continue
            self.records += 1
            self._enter(record, number, offset)
            if tell:
                tell(offset, whole)
        if damaged:
            self.damaged[name] = damaged
        if damaged and self.records == before:
            raise SourceError(
                f"{name} is no web archive that can be read\n    WARC and ARC files are, plain or compressed with gzip"
            )

    def _enter(self, record: Any, number: int, offset: int) -> None:
        from migrator.crawl.archived_answer import address_of, status_of, taken_at

        if not (address := address_of(record)):
            return
        place = self._locate(address)
        if not place.key:
            self.elsewhere += 1
            return
        status = status_of(record)
        found = _Place((status < 400) + (status == 200), taken_at(record), number, offset)
        known = self._places.get(place.key)
        if known is None or known[1][:2] < found[:2]:
            self._places[place.key] = (place.url, found)
