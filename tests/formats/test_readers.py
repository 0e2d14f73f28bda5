"""What each dialect's rows mean, with its own defaults, and that no row is lost on the way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.rules.formats.registry import DIALECTS, read
from migrator.rules.rule import Rule
from tests.shared import shared_folder

NEW = "https://new/x"
READABLE = [name for name, dialect in DIALECTS.items() if dialect.read]
WP = (
    '{"url":"/a","match_type":"url","match_data":{"source":{"flag_query":"%s","flag_regex":false}},"action_type":"url",'
    '"action_code":301,"action_data":{"url":"https://new/x"},"regex":false,"enabled":true}'
)
S3 = '{"Condition":{"KeyPrefixEquals":"docs/"},"Redirect":{"HostName":"new","ReplaceKeyPrefixWith":"d/"}}'
IIS = '<rewriteMaps><rewriteMap name="r"><add key="/a?id=1&amp;x=2" value="https://new/x"/></rewriteMap></rewriteMaps>'
ROWS = {
    "netlify: 301 by default": ("netlify", "/old/* /new/:splat", ["/old/* > /new/:splat 301 keep pattern"]),
    "csv: statuses of spreadsheets and of people": (
        "csv",
        "/a,/b,302.0\n/c,/d,307 Temporary Redirect\n",
        ["/a > /b 302 keep exact", "/c > /d 307 keep exact"],
    ),
    "netlify: forced, a comment": ("netlify", "/a /b 302! # why", ["/a > /b 302 keep exact"]),
    "netlify: a parameter": ("netlify", "/shop id=7 /item", ["/shop?id=7 > /item 301 exact exact"]),
    "cloudflare: 302 by default": ("cloudflare", "/a /b", ["/a > /b 302 keep exact"]),
    "netlify.toml": (
        "netlify-toml",
        '[[redirects]]\nfrom = "/a"\nto = "/b"\nstatus = 302\nquery = {id="7"}',
        ["/a?id=7 > /b 302 exact exact"],
    ),
    "cloudflare bulk, CSV: the suffix is dropped by default": (
        "cloudflare-bulk",
        "old.example/docs,https://new.example/d,,TRUE,FALSE,TRUE",
        [
            "http://old.example/docs > https://new.example/d 301 keep exact",
            "http://old.example/docs/* > https://new.example/d 301 keep pattern",
        ],
    ),
    "cloudflare bulk, API: the suffix is kept by default": (
        "cloudflare-api",
        '[{"redirect":{"source_url":"old.example/docs","target_url":"https://new.example/d","subpath_matching":true}}]',
        [
            "http://old.example/docs > https://new.example/d 301 drop exact",
            "http://old.example/docs/* > https://new.example/d/:splat 301 drop pattern",
        ],
    ),
    "apache: a prefix, 302 by default": (
        "apache",
        'Redirect "/a" "https://new/x"',
        [f"/a > {NEW} 302 keep exact", f"/a/* > {NEW}/:splat 302 keep pattern"],
    ),
    "apache: RedirectMatch": (
        "apache",
        r"RedirectMatch 301 ^/n/(\d+)$ https://new/$1",
        [r"^/n/(\d+)$ > https://new/\1 301 keep regex"],
    ),
    "apache: gone": ("apache", "Redirect gone /z.html", ["/z.html gone exact"]),
    "apache: RewriteRule in .htaccess": (
        "apache",
        r"RewriteRule ^old\.html$ /new [R=301,L,NE]",
        ["/old.html > /new 301 keep exact"],
    ),
    "apache: R alone is 302, a final ? drops the query": (
        "apache",
        r"RewriteRule ^/a/(.*)$ /b/$1? [R]",
        [r"^/a/(.*)$ > /b/\1 302 drop regex"],
    ),
    "apache: RewriteCond of a query": (
        "apache",
        "RewriteCond %{QUERY_STRING} ^id=7$\nRewriteRule ^news$ /seven? [R=301,L]",
        ["/news?id=7 > /seven 301 exact exact"],
    ),
    "apache map": ("apache-map", "# c\n/a  https://new/x\n", [f"/a > {NEW} 301 keep exact"]),
    "nginx map": (
        "nginx",
        'map $uri $to {\n default "";\n "/a" "https://new/x";\n "~^/n/(?<i>\\d+)$" "https://new/$i";\n}',
        [f"/a > {NEW} 301 drop exact", r"^/n/(\d+)$ > https://new/\1 301 drop regex"],
    ),
    "nginx rewrite and location": (
        "nginx",
        "rewrite ^/o/(.*)$ /n/$1 permanent;\nlocation = /a { return 302 https://new/x$is_args$args; }",
        [r"^/o/(.*)$ > /n/\1 301 keep regex", f"/a > {NEW} 302 keep exact"],
    ),
    "caddy": (
        "caddy",
        "redir /a https://new/x permanent\nredir /b/* https://new{uri}",
        [f"/a > {NEW} 301 drop exact", "/b/* > https://new/b/:splat 302 keep pattern"],
    ),
    "haproxy map": ("haproxy", "/a https://new/x", [f"/a > {NEW} 301 keep exact"]),
    "fastly table": ("fastly", 'table r {\n  "/a": "https://new/x",\n}', [f"/a > {NEW} 301 drop exact"]),
    "fastly items": ("fastly", '[{"item_key":"/a","item_value":"https://new/x"}]', [f"/a > {NEW} 301 drop exact"]),
    "cloudfront": ("cloudfront", '{"data":[{"key":"/a","value":"308 https://new/x"}]}', [f"/a > {NEW} 308 drop exact"]),
    "s3": ("s3", f"[{S3}]", ["/docs/* > https://new/d/:splat 301 keep pattern"]),
    "vercel: permanent is 308": (
        "vercel",
        '{"redirects":[{"source":"/a/:p*","destination":"/b/:p*","permanent":true}]}',
        ["/a/* > /b/:splat 308 keep pattern"],
    ),
    "vercel: 307 by default, an expression": (
        "vercel",
        '[{"source":"/n/:id(\\\\d+)","destination":"/x/:id"}]',
        [r"^/n/(\d+)$ > /x/\1 307 keep regex"],
    ),
    "next": ("next", '[{"source":"/a","destination":"/b","permanent":false}]', ["/a > /b 307 keep exact"]),
    "redirection: the query is carried only by pass": (
        "redirection",
        f'{{"redirects":[{WP % "pass"},{WP % "ignore"}]}}',
        [f"/a > {NEW} 301 keep exact", f"/a > {NEW} 301 drop exact"],
    ),
    "redirection CSV": (
        "redirection-csv",
        "source;target;regex;code\n/a?b=1;https://new/x;0;302\n^/n/(.*);/m/$1;1;",
        [f"/a?b=1 > {NEW} 302 exact exact", r"^/n/(.*) > /m/\1 301 drop regex"],
    ),
    "safe redirect manager: 302 by default": (
        "safe-redirect-manager",
        "source,target,regex,code\n/a,https://new/x,0,\n/b*,/c*,0,301",
        [f"/a > {NEW} 302 keep exact", "/b* > /c:splat 301 keep pattern"],
    ),
    "govuk: ranked, archived": (
        "govuk",
        "Old Url\tNew Url\n/a\tTNA\n/a\thttps://new/x\n/b\t\nhttp://o.example/\thttps://new/x",
        [f"/a > {NEW} 301 drop exact", "/a gone exact"],
    ),
    "govuk with codes": (
        "govuk-codes",
        "Old Url,New Url,Status\r\n/a,https://new/x,301\r\n/b,,410\r\n",
        [f"/a > {NEW} 301 drop exact", "/b gone exact"],
    ),
    "drupal": (
        "drupal",
        "old-a,/new,301,en\nb?x=1,/y,302,und\nc,/z",
        ["/old-a > /new 301 keep exact", "/b?x=1 > /y 302 exact exact", "/c > /z 301 keep exact"],
    ),
    "wagtail": ("wagtail", "from,to\n/a,/b", ["/a > /b 301 drop exact"]),
    "django: a blank target is 410": (
        "django",
        '[{"model":"redirects.redirect","pk":1,"fields":{"site":1,"old_path":"/a","new_path":""}}]',
        ["/a gone exact"],
    ),
    "typo3: 307 by default": (
        "typo3",
        '[{"source_host":"*","source_path":"/a","target":"https://new/x","keep_query_parameters":1}]',
        [f"/a > {NEW} 307 keep exact"],
    ),
    "iis": ("iis", IIS, [f"/a?id=1&x=2 > {NEW} 301 keep exact"]),
    "azure: 302 by default": ("azure", '{"routes":[{"route":"/a","redirect":"https://new/x"}]}', [f"/a > {NEW} 302 drop exact"]),
    "csv: BOM, semicolons, CR, columns by name": (
        "csv",
        "\ufeffNote;Target;Legacy URL\rwhy;https://new/x;/a\r",
        [f"/a > {NEW} 301 keep exact"],
    ),
    "csv: bars, no header": ("csv", "/a|https://new/x|302\n", [f"/a > {NEW} 302 keep exact"]),
    "tsv": ("tsv", "from\tto\n/a\thttps://new/x\n", [f"/a > {NEW} 301 keep exact"]),
}


def said(rule: Rule) -> str:
    """A rule in one line."""
    if rule.gone:
        return f"{rule.source} gone {rule.kind}"
    return f"{rule.source} > {rule.to} {rule.status} {rule.query} {rule.kind}"


@pytest.mark.parametrize(("dialect", "text", "rules"), ROWS.values(), ids=ROWS)
def test_a_row_means_what_its_dialect_means_by_it(dialect: str, text: str, rules: list[str]) -> None:
    found = read(dialect, text, "file")

    assert [said(rule) for rule in found.rules] == rules


def test_every_dialect_that_is_read_has_its_defaults_pinned() -> None:
    assert {dialect for dialect, _, _ in ROWS.values()} == set(READABLE) - {"xlsx"}


SKIPPED = {
    "netlify: for some visitors": ("netlify", "\n/a /b 302 Country=ch", "some visitors only (Country)"),
    "netlify: a captured parameter": ("netlify", "\n/a id=:id /b/:id", "captures a parameter"),
    "netlify: a rewrite": ("netlify", "\n/a /b 200", "status 200"),
    "netlify: no target": ("netlify", "\n/a", "leads nowhere"),
    "apache: another condition": ("apache", "RewriteCond %{HTTP_HOST} ^x$\nRewriteRule ^a$ /b [R]", "under a condition"),
    "apache: a rewrite": ("apache", "\nRewriteRule ^a$ /b [L]", "served in place"),
    "apache: another directive": ("apache", "\nErrorDocument 404 /e", "no redirect"),
    "nginx: a variable": ("nginx", "\n/a https://new/$host;", "only the server knows"),
    "vercel: for some requests": (
        "vercel",
        '[\n{"source":"/a","destination":"/b","has":[{"type":"header"}]}]',
        "some requests only",
    ),
    "redirection: disabled": ("redirection", '{"redirects":[\n{"url":"/a","enabled":false}]}', "disabled"),
    "typo3: a page": ("typo3", '[\n{"source_path":"/a","target":"t3://page?uid=1"}]', "only TYPO3"),
    "a fragment": ("csv", "\n/a#b,/c", "fragment"),
    "a control character": ("netlify", "\n/a\x01 /c", "control character"),
    "too long": ("csv", f"\n/a,/{'c' * 9000}", "8,192"),
    "no status": ("csv", "\n/a,/b,3000", "no status"),
}


@pytest.mark.parametrize(("dialect", "text", "why"), SKIPPED.values(), ids=SKIPPED)
def test_what_is_no_rule_is_told_with_its_line_and_the_reason(dialect: str, text: str, why: str) -> None:
    found = read(dialect, text, "file")

    assert not found.rules
    assert [problem.place.line for problem in found.skipped] == [2]
    assert why in found.skipped[0].message


UNREADABLE = {
    "json": ("vercel", '{"redirects": [\n  {"source" "/a"}]}', 2),
    "deep json": ("vercel", "[" * 100_000, 1),
    "no list": ("vercel", '{"a": 1}', 1),
    "toml": ("netlify-toml", "[[redirects]]\nfrom = /a\n", 2),
    "xml": ("iis", "<rewriteMap>\n<add key=/></rewriteMap>", 2),
    "entities": ("iis", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 1),
}


@pytest.mark.parametrize(("dialect", "text", "line"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_of_another_kind_is_refused_at_its_line(dialect: str, text: str, line: int) -> None:
    found = read(dialect, text, "file")

    assert not found.rules
    assert [(problem.code, problem.place.line) for problem in found.skipped] == [("import-unreadable", line)]


@pytest.mark.parametrize("name", READABLE)
@settings(max_examples=30)
@given(
    text=st.one_of(
        st.text(max_size=300),
        st.sampled_from([text for _, text, _ in ROWS.values()]).flatmap(
            lambda text: st.integers(0, len(text)).map(lambda end: text[:end])
        ),
    )
)
def test_no_text_makes_a_reader_fail(name: str, text: str) -> None:
    found = read(name, text, "file")

    for rule in found.rules:
        assert rule.place.line >= 1
        assert rule.source.isprintable() or rule.source


def test_every_file_of_netlifys_own_tests_is_read_or_refused_with_its_line() -> None:
    files = [
        path
        for path in sorted(shared_folder("corpora/netlify-redirects").rglob("*"))
        if path.is_file() and path.name not in ("README.md", ".gitkeep")
    ]
    for path in files:
        found = read("netlify-toml" if path.suffix == ".toml" else "netlify", path.read_text("utf-8"), path.name)
        assert all(problem.place.line for problem in found.skipped), path.name
        assert found.rules or found.skipped or "empty" in path.name or "headers" in path.name or "minimal" in path.name, path.name
        if path.name == "large_45000_redirects_file":
            assert len(found.rules) + len(found.skipped) == sum(
                1 for line in path.read_text("utf-8").splitlines() if line.strip()
            )
    assert len(files) >= 70
