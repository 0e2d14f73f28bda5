"""What can be wrong with rules and the addresses in them, each by its code: one half of the registry. Texts only."""

from __future__ import annotations

from migrator.errors import Level
from migrator.rules.problem_code import Code, Section

ERROR, WARNING, NOTE = Level.ERROR, Level.WARNING, Level.NOTE

OF_RULES = (
    Section(
        "Rules",
        (
            Code("which-source", ERROR, "A rule has either `from` or `regex`."),
            Code("which-answer", ERROR, "A rule has exactly one of `to`, `gone: true` and `serve`."),
            Code("bad-source", ERROR, "An old address begins with `/`, or with `http://` and a host."),
            Code("no-target", ERROR, "The new address is empty. Write one, or say `gone: true`."),
            Code("which-site", ERROR, "With several sites, write the address with its host, or add `site:`."),
            Code("unknown-site", ERROR, "`site:` names none of the file's sites."),
            Code("unknown-host", ERROR, "The address's host belongs to no site."),
            Code("needs-gone", ERROR, "`suggest` and `archive` go with `gone: true`."),
            Code("bad-dates", ERROR, "`ends` must come after `starts`."),
            Code(
                "bad-pattern",
                ERROR,
                "A pattern or expression that cannot be used. RE2 has no look-around, backreferences or atomic groups.",
            ),
            Code("query-in-pattern", ERROR, "Patterns look at the path alone. Write an exact rule per address."),
            Code(
                "ignored-query",
                ERROR,
                "The source asks for a query key that look-up ignores. Add it to `significant_params`, say `query: exact`, or "
                "leave out what only tells where visitors came from.",
            ),
            Code(
                "bad-target",
                ERROR,
                "The target is no safe address: not http(s), another host than is allowed, a capture in the host, or a "
                "capture that is not there.",
            ),
            Code("no-new-upstream", ERROR, "`serve: new` needs `new_upstream`."),
            Code("unknown-code", ERROR, "`allow` names a code that there is not. `migrator explain-code` lists them all."),
            Code(
                "no-reason",
                ERROR,
                "`allow` tells no reason. Write one, so that the next reader knows why the finding is none.",
            ),
        ),
    ),
    Section(
        "Between rules",
        (
            Code(
                "conflicting-rules",
                ERROR,
                "Two rules for one address with different answers. Addresses are compared as look-up folds them.",
            ),
            Code("duplicate-rule", WARNING, "Two rules say the same. Delete one."),
            Code("loop", ERROR, "A redirect leads back to itself, perhaps through others."),
            Code("chain", WARNING, "A redirect leads to another. Lead it straight to the last page."),
            Code("shadowed-rule", WARNING, "A rule that is never reached, because another answers first."),
            Code(
                "map-shrunk",
                ERROR,
                "The map has lost more than a fifth of its rules since the version that is served: a file may be cut off. "
                "`migrator map accept` takes it.",
            ),
            Code("map-changed", ERROR, "A sheet was written to while it was read. It is read again once it is at rest."),
            Code(
                "map-unread",
                ERROR,
                "The process that reads a new map ended before it was done; the message says how. Look at memory and disk space.",
            ),
            Code("failing-example", ERROR, "An example gets another answer than it states. `migrator explain` shows why."),
            Code(
                "insecure-target",
                ERROR,
                "A target with plain http where the new site has https; a warning where it is a host of this file. "
                "`http://host` in `allowed_targets` allows it.",
            ),
            Code(
                "homepage-dumping",
                WARNING,
                "Many rules, or a whole folder, lead to the home page. Visitors do not find there what they came for, and "
                'search engines take it for "not found". Lead each to the page that took its place, or say `gone: true`.',
            ),
            Code(
                "expired-rule",
                WARNING,
                "`ends` has passed: the rule answers nothing any more. Delete it, or give it another day.",
            ),
            Code("expiring-rule", NOTE, "`ends` comes within thirty days. Decide whether the rule has to stay."),
            Code(
                "hides-page",
                WARNING,
                "A live page of the new site has this very address under the same host, and the rule answers in its place. "
                "Delete the rule, or say `serve: new`.",
            ),
            Code("unused-allow", NOTE, "`allow` names a code that the checks do not find at this rule. Delete the entry."),
            Code(
                "cannot-allow",
                WARNING,
                "`allow` names a code that is an error here. Only warnings and notes can be allowed; an error has to be mended.",
            ),
        ),
    ),
    Section(
        "Doubtful addresses",
        (
            Code("unanchored-regex", WARNING, "The expression matches anywhere in a path. Begin it with `^`."),
            Code("pattern-in-short-form", WARNING, "`redirects:` holds exact addresses; patterns belong under `rules:`."),
            Code(
                "regex-in-path",
                WARNING,
                "An address that looks like a regular expression, but is compared to the letter. Write it as `regex:` "
                "under `rules:`.",
            ),
            Code(
                "open-ended-regex",
                NOTE,
                "The expression does not end with `$`, so it matches all that begins so. End it with `$`, or with `.*` if "
                "that is meant.",
            ),
            Code(
                "query-in-regex",
                WARNING,
                "An expression that asks for a query (an unescaped `?`, or `\\?`). Expressions see the path alone: write an "
                "exact rule with the query.",
            ),
            Code(
                "never-matches",
                WARNING,
                "An expression that no canonical path can match: without a leading slash, with a fragment, a space or "
                "letters beyond ASCII, which paths have as `%xx`.",
            ),
            Code(
                "catch-all",
                WARNING,
                "A rule that answers every address of the site. If that is meant, say so with `allow`, or use `unmapped: new`.",
            ),
            Code("host-in-path", WARNING, "A host stands within the path. Write `http://host/path`, or delete the host."),
            Code(
                "file-extension",
                NOTE,
                "Rules for files such as images and documents. This proxy answers them; a web server that the map is "
                "exported to may find the file first. Told once for each extension.",
            ),
            Code(
                "stray-character",
                WARNING,
                "A target with `$1`, `\\`, `|`, `*` or `:name` that is sent as it stands. In `rules:`, captures are written "
                "`:name`, `:splat` and `\\1`.",
            ),
        ),
    ),
    Section(
        "What is live",
        (
            Code(
                "dead-target",
                WARNING,
                'The new address answers 4xx or 5xx, or a page that says "not found". From the last `migrator crawl new`, '
                "or asked with `check --live`.",
            ),
            Code("redirecting-target", WARNING, "The new address leads on to another. Lead there at once."),
            Code(
                "unchecked-target",
                NOTE,
                "The new address could not be asked: no connection, no answer in time, or a network that may not be asked.",
            ),
            Code(
                "unknown-source",
                NOTE,
                "The old site itself answers 404 to this old address. Is it spelled right? Asked with `check --live`.",
            ),
        ),
    ),
)
