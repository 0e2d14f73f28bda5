"""What can be wrong with files as such, each by its code: one half of the registry. Texts only."""

from __future__ import annotations

from migrator.errors import Level
from migrator.rules.problem_code import Code, Section

ERROR, WARNING, NOTE = Level.ERROR, Level.WARNING, Level.NOTE

OF_FORM = (
    Section(
        "The file",
        (
            Code("no-file", ERROR, "There is no such file. Make one with `migrator init`, or name another with `--config`."),
            Code("is-a-folder", ERROR, "A folder was named instead of the file in it."),
            Code("no-permission", ERROR, "This user may not read it."),
            Code("unreadable", ERROR, "The system could not read it; the message says why."),
            Code("too-large", ERROR, "Over 1 GiB. Split it, and list the parts under `include`."),
            Code("not-utf-8", ERROR, "A byte is no UTF-8. Save the file as UTF-8."),
            Code("empty-file", ERROR, "Nothing in it. Start from `migrator init`."),
            Code("exists", ERROR, "`init` never overwrites a file."),
            Code(
                "no-include",
                ERROR,
                "A pattern under `include` matches no file. Paths are relative to the file's own folder.",
            ),
        ),
    ),
    Section(
        "YAML",
        (
            Code(
                "yaml-syntax",
                ERROR,
                "This is not YAML. Often a colon, or the space after it, is missing here or one line above.",
            ),
            Code("bad-character", ERROR, "A control character. Remove it."),
            Code("duplicate-key", ERROR, "The same key twice in one mapping. Delete or rename one."),
            Code("bad-key", ERROR, "A key that is a list or a mapping."),
            Code("anchor", ERROR, "`&name` is not read. Quote a text that begins with `&`."),
            Code("alias", ERROR, "`*name` is not read. Quote a text that begins with `*`."),
            Code("tag", ERROR, "`!tag` is not read. Quote a text that begins with `!`."),
            Code("several-documents", ERROR, "A second document begins. Remove the `---` line."),
            Code("too-deep", ERROR, "Nested deeper than twenty levels."),
        ),
    ),
    Section(
        "Keys and values",
        (
            Code("unknown-key", ERROR, "There is no such key here; the nearest one is suggested."),
            Code("missing-key", ERROR, "A required key is missing."),
            Code("no-value", ERROR, "A key without a value. An empty text is written `''`."),
            Code("wrong-type", ERROR, "A list where a mapping is wanted, or the like."),
            Code("wrong-value", ERROR, "A value that this key cannot have; the message says which it can."),
            Code("empty", ERROR, "A list or mapping that must have an entry has none."),
            Code("bad-host", ERROR, "Not a host name. Write only the name, perhaps with a port."),
            Code("bad-port", ERROR, "The port in `server: admin` is none: write one from 1 to 65535, as in `127.0.0.1:9100`."),
            Code(
                "bad-network",
                ERROR,
                "An entry of `trusted_proxies` is neither an address nor a network, or has bits set beyond its prefix.",
            ),
            Code(
                "bad-url",
                ERROR,
                "Not an address that a browser accepts; or an upstream with a path, which would be ignored.",
            ),
            Code("shared-host", ERROR, "Two sites claim one host."),
            Code(
                "no-https",
                ERROR,
                "`upstream_tls` is for a `legacy` with https, `new_upstream_tls` for such a `new_upstream`.",
            ),
            Code("bad-server-name", ERROR, "A `server_name` is one name or IP address, without scheme, port and wildcard."),
            Code("lone-key", ERROR, "A `client_key` without the `client_certificate` that it belongs to."),
            Code(
                "tls-file",
                ERROR,
                "A file that a TLS section names cannot be read, is no PEM, is locked with a passphrase, or its key does "
                "not fit. Only `check` and the server read them.",
            ),
        ),
    ),
    Section(
        "The banner",
        (
            Code(
                "low-contrast",
                ERROR,
                "Text or links of the banner are too faint on its background (WCAG 1.4.3: 4.5:1). Its edge too faint "
                "(1.4.11: 3:1) is a warning. Choose colours further apart.",
            ),
            Code(
                "long-message",
                WARNING,
                "A message of the banner over 300 characters. On a telephone it fills the screen before the page begins.",
            ),
            Code("bad-path", ERROR, "An entry of `paths` begins neither with `/` nor with `*`."),
            Code("bad-link", ERROR, "A `to` under `banner: pages` is neither a path nor an http(s) URL."),
        ),
    ),
    Section(
        "Sheets",
        (
            Code("csv", ERROR, "The sheet cannot be read as CSV."),
            Code("csv-header", ERROR, "The sheet's first line lacks a column that is needed, or names it otherwise."),
            Code("csv-row", ERROR, "A row lacks something or has a value that does not fit; the line is named."),
            Code("more-problems", ERROR, "Big sheets have more problems than are listed. Mend the first ones and check again."),
        ),
    ),
    Section(
        "Import",
        (
            Code(
                "import-unreadable",
                ERROR,
                "The file is not of the dialect that was named, or broken; the place is named. Nothing is written.",
            ),
            Code(
                "import-skipped",
                WARNING,
                "A row gives no rule, or one that this map cannot have; the line and the reason are named.",
            ),
        ),
    ),
    Section(
        "The status page",
        (
            Code(
                "update-head",
                WARNING,
                "An update does not begin with its head: a line `---`, then `title:` and `date:`, then a line `---`.",
            ),
            Code(
                "update-name",
                WARNING,
                "A name of a file that cannot be part of an address, or two texts of one update in one language. Use "
                "letters, digits, `-` and `_`; before `.md` may stand a language, as in `search.fr.md`.",
            ),
            Code(
                "update-language",
                WARNING,
                "No language tag such as `fr` or `pt-br`, or another one in the head than in the file's name.",
            ),
            Code(
                "update-resolved",
                WARNING,
                "`resolved` on what is no problem, or before its own date.",
            ),
            Code(
                "update-size",
                WARNING,
                "An update over 64 KiB. Shorten it, and link to the rest.",
            ),
            Code(
                "update-number",
                WARNING,
                "More than 500 updates; the last ones by name are shown. Move old ones away.",
            ),
            Code(
                "snapshot",
                WARNING,
                "The file of figures cannot be read. `migrator status` makes a new one; the history in the old one is lost.",
            ),
        ),
        "None of these keeps the map from being served. An update at fault is left out, the others are shown.",
    ),
    Section(
        "search.yaml",
        (
            Code("lone-synonym", ERROR, "A group of synonyms needs two words or more."),
            Code("many-synonyms", ERROR, "A group has more than twenty words. Split it."),
            Code("pin-address", ERROR, "The `url` of a pin is no absolute http(s) address."),
            Code("pin-title", ERROR, "A pin has an empty `title`, which is what its link says."),
        ),
    ),
    Section(
        "Templates and words",
        (
            Code("template-missing", ERROR, "A template is not there."),
            Code("template-syntax", ERROR, "A template of your own is not Jinja."),
            Code("template-failed", ERROR, "A template of your own failed while a page was made."),
            Code("template-encoding", ERROR, "A template of your own is not UTF-8."),
            Code(
                "template-not-ascii",
                ERROR,
                "The `<style>` or `<script>` of your own `banner.html` has characters beyond ASCII; escape them.",
            ),
            Code(
                "words",
                ERROR,
                "A file of words lacks a text or has one that is not known. The shipped `en.yaml` has every name.",
            ),
        ),
    ),
)
