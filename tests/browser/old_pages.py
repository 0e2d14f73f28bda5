"""Old pages of many makes, as the web has had them since the nineties, to carry the banner."""

from __future__ import annotations

from tests.browser.legacy import Document, document

TABLES = (
    '<html><head><title>Old</title></head><body bgcolor="#ffffcc" text="#333333" link="#0000cc" background="">'
    '<table width="760" border=1 align=center cellpadding=6><tr><td width=150 valign=top><font size=2 face=Verdana>'
    '<a href="/a">Home</a><br><a href="/b">News</a></font>'
    "<td><h3>Welcome to our page</h3><p>Text in a cell of a table.</table><center><font size=1>(c) 2003</font></center>"
)
FIXED = """<style>body { width: 760px; margin: 0 auto; font: 11px Verdana } #head { background: #036; color: #fff; height: 80px }
#nav { float: left; width: 160px; background: #ccd } #main { margin-left: 180px }</style>"""
ABSOLUTE = """<style>body { margin: 0; font: 12px Arial } #head { position: absolute; top: 0; left: 0; width: 100%; height: 60px;
background: #800; color: #fff } #main { position: absolute; top: 80px; left: 200px }</style>"""
RESET = """<style>* { margin: 0; padding: 0; border: 0; font: inherit; list-style: none } a { color: inherit;
text-decoration: none } section, ul { display: flex; gap: 40px } body { font: 14px/1 Georgia; background: #fafafa }</style>"""
BOOTSTRAP = """<style>*, ::before { box-sizing: border-box } html { font-size: 10px }
body { font: 14px/1.43 Helvetica; color: #333 } .container { max-width: 1170px; margin: auto; padding: 0 15px }
section { padding: 60px 0; background: #f5f5f5 }
p { margin: 0 0 10px } button { -webkit-appearance: button; background: none; border: 0 } ul { margin-bottom: 10px }
.navbar { background: #222; color: #ddd; padding: 15px }</style>"""
GRID = """<style>body { display: grid; grid-template: auto 1fr / 200px 1fr; min-height: 100vh; margin: 0 }
header { grid-column: 1 / -1; background: #dfd } nav { background: #eee } main { padding: 1em }</style>"""
DARK = "<style>body { background: #000; color: #0f0; font: 13px monospace } a { color: #ff0 }</style>"
TEXT = "<h1>Our work</h1><p>Text that was here before, with <a href='/x'>a link</a> in it.</p>"
DIVISIONS = f"<div id=head>Old site</div><div id=nav><a href='/a'>Home</a></div><div id=main>{TEXT}</div>"

OLD_PAGES = {
    "tables": Document(TABLES),
    "frames-of-fixed-width": document(DIVISIONS, FIXED),
    "absolute": document(DIVISIONS, ABSOLUTE),
    "reset": document(f"<div id=main>{TEXT}</div>", RESET),
    "bootstrap": document(f"<div class=navbar>Old site</div><div class=container>{TEXT}</div>", BOOTSTRAP),
    "grid": document(f"<header>Old site</header><nav><a href='/a'>Home</a></nav><main>{TEXT}</main>", GRID),
    "dark": document(f"<main>{TEXT}</main>", DARK),
    "skip-link": document(
        '<a href="#c" style="position:absolute;top:-40px">Skip to content</a><header>Old</header>' + f'<main id="c">{TEXT}</main>'
    ),
    "plain": Document("<title>Old</title><h1>Plain</h1><p>A page without any style, and without a body tag."),
    "xhtml": Document(
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" ""><html xmlns="http://www.w3.org/1999/xhtml"'
        f' xml:lang="en" lang="en"><head><title>Old</title></head><body><div id="main">{TEXT}</div></body></html>'
    ),
    "Arabic": document("<main><h1>عملنا</h1><p>نص كان هنا من قبل.</p></main>", lang="ar", dir="rtl"),
    "Chinese": document("<main><h1>我们的工作</h1><p>以前就在这里的文字。</p></main>", lang="zh"),
    "no-style-allowed": document(
        f"<main>{TEXT}</main>", '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">', lang="de"
    ),
    "moving": document(f"<main>{TEXT}</main>", lang="en"),
    "moving-in-Hindi": document("<main><h1>हमारा काम</h1><p>पहले से मौजूद पाठ।</p></main>", lang="hi"),
}
CONFIG = "pages: [{paths: [/moving*], moving: true, to: /new-version}]"
