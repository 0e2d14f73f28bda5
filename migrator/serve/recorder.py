"""What the visitor's door tells of requests, made numbers: metrics in the worker's slab, visits in memory. It decides nothing."""

from __future__ import annotations

import platform
import re
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version

from starlette.types import Message, Scope, Send

from migrator.pages.counts import Batch, Lack
from migrator.rules.decision import Decision, Gone, NotFound, Redirect, Serve
from migrator.rules.rule import STATUSES, Home, Kind, Rule
from migrator.rules.table import Request, RuleTable
from migrator.serve import metrics
from migrator.serve.finding import Outcome
from migrator.serve.slabs import Slab
from migrator.serve.visit_counts import MOST_RULES, Hit, Tally, VisitCounts

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?![A-Za-z0-9])")
_INSERTED = (Outcome.EXPLICIT, Outcome.IMPLIED)
_NOTHING_THERE = (404, 410)


class Recorder:
    """Counts for one worker. `visits` is None where hits and missing addresses are not to be kept."""

    def __init__(self, slab: Slab, visits: VisitCounts | None = None) -> None:
        self.slab = slab
        self.visits = visits
        self._values = slab.values
        kinds = (*Kind, "unmapped")
        self._tallies = {
            str(kind): {code: Tally(slab.slot(metrics.REDIRECTS, str(code), str(kind))) for code in STATUSES} for kind in kinds
        }
        self._led_on = Hit(None, self._tallies["unmapped"])
        self._hits: dict[object, Hit] = visits.hits if visits else {}
        self._in_flight = slab.slot(metrics.IN_FLIGHT)
        slab.put(1, metrics.BUILD, version("migrator"), platform.python_version())

    def redirected(self, rule: Rule | None, status: int) -> None:
        """A redirect was answered; on the early road, so this is the whole of what counting it costs there."""
        hit = self._hits.get(id(rule)) or self._hit_of(rule)
        hit.count += 1
        hit.tallies[status].count += 1

    def settle(self) -> None:
        """Bring the counts of redirects into the slab: to write there each time would cost more than all else that is counted."""
        for tallies in self._tallies.values():
            for tally in tallies.values():
                if tally.count:
                    self._values[tally.slot] += tally.count
                    tally.count = 0

    def _hit_of(self, rule: Rule | None) -> Hit:
        """The counter of a rule, by its identity where it stays in memory; what is kept so is kept alive, so none has its id."""
        if rule is None:
            return self._led_on
        found = self._hits.get(id(rule) if type(rule) is Rule else rule)
        return found or self._new_hit(rule)

    def _new_hit(self, rule: Rule) -> Hit:
        if len(self._hits) >= MOST_RULES:
            if self.visits is not None:
                self.slab.add(metrics.COUNTS_LOST, "hits")
            return Hit(None, self._tallies[str(rule.kind)])
        hit = Hit(rule, self._tallies[str(rule.kind)])
        self._hits[id(rule) if type(rule) is Rule else rule] = hit
        return hit

    def decided(self, decision: Decision, request: Request, scope: Scope) -> None:
        """A request was answered by what the map decides."""
        if isinstance(decision, Redirect):
            self.redirected(decision.rule, decision.status)
            return
        self._hit(decision.rule)
        if isinstance(decision, NotFound) and decision.is_refusal:
            self.slab.add(metrics.LOCATION_REFUSED)
        site, lack = decision.site, Lack.GONE if isinstance(decision, Gone) else Lack.NOT_FOUND
        self.slab.add(metrics.DEAD_ENDS, lack if site else "unknown_host")
        if site and self.visits is not None and self.visits.is_sought(request, scope["headers"]):
            self.visits.miss(lack, site, request)

    def _hit(self, rule: Rule | None) -> None:
        if rule is not None:
            self._hit_of(rule).count += 1

    def served(self, decision: Serve, request: Request, scope: Scope, send: Send) -> Send:
        """A request is left to a site; what its answer is to be sent by."""
        self.slab.add(metrics.SERVED, decision.site.name, str(decision.home))
        self._hit(decision.rule)
        visits = self.visits
        if decision.rule is not None or visits is None or scope["type"] != "http" or decision.home is not Home.LEGACY:
            return send
        if not visits.is_sought(request, scope["headers"]):
            return send

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                status = message["status"]
                if status in _NOTHING_THERE:
                    visits.miss(Lack.ABSENT, decision.site, request)
                elif status < 400:
                    visits.miss(Lack.UNMAPPED, decision.site, request)
            await send(message)

        return sending

    def entered(self, change: int) -> None:
        """A request begins (1) or ends (-1)."""
        self._values[self._in_flight] += change

    def own_page(self, name: str) -> None:
        """A page of the transition site's own was asked for."""
        self.slab.add(metrics.OWN_PAGES, name or "front")

    def refused(self, status: int) -> None:
        """The gate refused a request."""
        self.slab.add(metrics.REFUSED, str(status))

    def banner(self, outcome: str, language: str) -> None:
        """What became of an answer that might have had the banner: an Outcome, or why it was none that may."""
        if outcome in _INSERTED:
            found = _LANGUAGE.match(language)
            self.slab.add(metrics.INJECTED, found[0].lower() if found else "")
        else:
            self.slab.add(metrics.SKIPPED, outcome)

    def collect(self, day: str) -> Batch:
        """What was counted of visits since the last time."""
        if self.visits is None:
            return Batch(day)
        batch = self.visits.collect(day)
        self._hits = self.visits.hits
        return batch

    def took(self, table: RuleTable) -> None:
        """That map is in use."""
        kinds: Counter[str] = Counter({str(kind): 0 for kind in Kind})
        for site in table.tables.values():
            kinds.update(str(rule.rule.kind) for rule in site)
            kinds[str(Kind.EXACT)] += len(site.stored or ())
        for kind, count in kinds.items():
            self.slab.put(count, metrics.RULES, kind)

    def upstream(self, site: str, home: Home) -> UpstreamMeter:
        """What counts for one upstream."""
        return UpstreamMeter(self.slab, site, str(home))


class UpstreamMeter:
    """Counts how one upstream answers."""

    def __init__(self, slab: Slab, site: str, home: str) -> None:
        self._values = slab.values
        self._buckets = [(bound, slab.slot(metrics.DURATION, site, home, str(bound))) for bound in metrics.BUCKETS]
        self._last = slab.slot(metrics.DURATION, site, home, "+Inf")
        self._sum = slab.slot(metrics.DURATION, site, home, "sum")
        self._breaker = slab.slot(metrics.BREAKER, site, home)
        self._failed: Callable[[str], None] = lambda kind: slab.add(metrics.UPSTREAM_ERRORS, site, home, kind)

    def answered(self, seconds: float) -> None:
        """The head of an answer came after that time."""
        slot = next((slot for bound, slot in self._buckets if seconds <= bound), self._last)
        self._values[slot] += 1
        self._values[self._sum] += seconds

    def failed(self, kind: str) -> None:
        """A request was answered with an apology."""
        self._failed(kind)

    def breaker(self, *, is_open: bool) -> None:
        """Whether it is being left alone."""
        self._values[self._breaker] = float(is_open)
