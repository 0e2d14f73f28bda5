"""What watches one worker: its recorder, pulse, ledger and log of requests, made and ended together. They do the work."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp

from migrator.serve.answer import Answer
from migrator.serve.json_lines import REQUESTS, about_request
from migrator.serve.ledger import Ledger
from migrator.serve.metrics import COUNTS_LOST
from migrator.serve.options import Network, WatchOptions
from migrator.serve.plain_head import PlainHead
from migrator.serve.pulse import Pulse, State
from migrator.serve.recorder import Recorder
from migrator.serve.request_ids import RequestIds, new_id
from migrator.serve.slabs import Slab
from migrator.serve.visit_counts import VisitCounts

_log = logging.getLogger(REQUESTS)


class Watching:
    """Watches the worker that counts in `slab`; hits and missing addresses go to the store, where `store_url` names one."""

    def __init__(self, slab: Slab, options: WatchOptions, store_url: str = "") -> None:
        visits = VisitCounts(options.ignored) if store_url else None
        self.recorder = Recorder(slab, visits)
        self._ledger = Ledger(store_url, self._lost) if store_url else None
        self._options = options
        self._log = _log if options.log_requests else None
        self.logs_requests = options.identify and options.log_requests  # the other format's lines are the server's own
        self._pulse: Pulse | None = None

    def identified(self, app: ASGIApp, trusted: tuple[Network, ...]) -> ASGIApp:
        """`app` with an id for each request and a line for it in the log, where the log is JSON."""
        return RequestIds(app, trusted, about_request, self._log) if self._options.identify else app

    def answered_early(self, head: PlainHead, answer: Answer) -> None:
        """Write the line for a request that was answered by the early road."""
        if self.logs_requests:
            about = about_request(head.method.decode("ascii"), head.path, head.query, answer.status)
            _log.info("request", extra={"about": {**about, "request_id": new_id().decode("ascii")}})

    def refused(self, status: int) -> None:
        """Count a request that the gate refused, and write the line for it."""
        self.recorder.refused(status)
        if self.logs_requests:
            _log.info("refused", extra={"about": {"event": "refused", "status": status}})

    def start(self, state: State) -> None:
        """Begin, in the event loop."""
        self._pulse = Pulse(self.recorder, self._ledger, state, self._options.collect_every)
        self._pulse.start()

    async def stop(self) -> None:
        """End; what was counted is kept first."""
        if self._pulse is not None:
            await self._pulse.stop()

    def _lost(self, what: str, count: int) -> None:
        if count:
            self.recorder.slab.add(COUNTS_LOST, what, amount=count)


def state_of(told: Mapping[str, Any] | None, *, busy: bool = False) -> Mapping[str, Any]:
    """What a pulse tells of the map: `told` is the state of reloading as JSON has it, None where nothing reloads."""
    nothing = {
        "ok": True,
        "version": 0,
        "digest": "",
        "rules": 0,
        "since": 0.0,
        "problems": (),
        "refused_at": 0.0,
        "restart_needed": (),
    }
    return {**nothing, **(told or {}), "busy": busy}
