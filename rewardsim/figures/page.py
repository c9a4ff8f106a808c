"""A page that needs nothing else: words, tables and figures as one HTML file, with one plotly.js inside.

It asks no server for anything, and its own policy has the browser refuse if anything in it tried.
Every text is escaped here, whoever wrote it. Titles of figures become headings, which wrap on a
narrow screen where a figure's own title would be cut off.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape, unescape
from typing import Any

import plotly.graph_objects as go

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
CONFIG = {"displaylogo": False, "showSendToCloud": False, "responsive": True}
HEAD_ROOM, MARKED_ROOM = 16, 58
"""Pixels above the panels once the title is gone, without and with names of days there."""
STYLE = """
:root{color-scheme:light dark;--ink:#1f2933;--soft:#52606d;--paper:#fff;--card:#f5f7fa;--line:#d5dae0;--warn:#8a2c00}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaef;--soft:#a9b4c0;--paper:#14181d;--card:#1f252c;--line:#3a434d;
--warn:#ffb08a}}
*{box-sizing:border-box}
body{font:16px/1.55 Inter,"Segoe UI",Helvetica,Arial,sans-serif;color:var(--ink);background:var(--paper);
max-width:62rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0}
h2{font-size:1.2rem;margin:2.6rem 0 .6rem}
h3{font-size:1.05rem;margin:2rem 0 .1rem}
p{margin:.4rem 0}
.soft,figcaption{color:var(--soft);font-size:.9rem}
.warn{border-left:4px solid var(--warn);color:var(--warn);padding:.3rem .8rem;background:var(--card)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.8rem;margin:1rem 0}
.card{background:var(--card);border-radius:.5rem;padding:.7rem .9rem}
.card b{display:block;font-size:1.25rem;overflow-wrap:anywhere}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.92rem;width:100%}
th,td{padding:.28rem .6rem;border-bottom:1px solid var(--line);text-align:right}
td{white-space:nowrap}
th:first-child,td:first-child{text-align:left}
td.below{padding-left:1.8rem}
figure{margin:0}
.chart{background:#fff;color:#1f2933;border-radius:.5rem;padding:.4rem;margin:.5rem 0}
pre{background:var(--card);padding:.8rem;border-radius:.5rem;overflow-x:auto;font-size:.85rem}
code{overflow-wrap:anywhere}
summary{cursor:pointer}
@media print{.chart{break-inside:avoid}}
"""


def page(title: str, parts: Iterable[str]) -> str:
    """Return a whole page of parts made by the functions below."""
    from plotly.offline import get_plotlyjs

    head = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n<script>{get_plotlyjs()}</script>\n</head>\n"
    )
    return head + "<body>\n" + "\n".join(part for part in parts if part) + "\n</body>\n</html>\n"


def heading(text: str, level: int = 2) -> str:
    """Return a heading."""
    return f"<h{level}>{escape(text)}</h{level}>"


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph; ``kind`` is "soft" for what is less important, "warn" for a warning."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def listed(texts: Iterable[str]) -> str:
    """Return a list of sentences."""
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def code(text: str) -> str:
    """Return text as it stands: a command, a file."""
    return f"<pre>{escape(text)}</pre>"


def folded(summary: str, inner: str) -> str:
    """Return a part that is shown when asked for; ``inner`` comes from the functions here."""
    return f"<details><summary>{escape(summary)}</summary>{inner}</details>"


def cards(figures: Iterable[tuple[str, str, str]]) -> str:
    """Return key figures side by side: what of, how much, and what goes with it."""
    inner = "".join(
        f'<div class="card"><span class="soft">{escape(name)}</span><b>{escape(value)}</b>'
        f'<span class="soft">{escape(more)}</span></div>'
        for name, value, more in figures
    )
    return f'<div class="cards">{inner}</div>' if inner else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of texts; a first cell that begins with blanks belongs to the row above it."""
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(f"<tr>{_first_cell(row[0])}{''.join(_cell(text) for text in row[1:])}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _first_cell(text: str) -> str:
    kind = ' class="below"' if text.startswith(" ") else ""
    return f"<td{kind}>{escape(text.strip())}</td>"


def _cell(text: str) -> str:
    return f"<td>{escape(text)}</td>"


def picture(figure: go.Figure, name: str) -> str:
    """Return a figure with its title and what is said below it as text; ``name`` is its own on the page."""
    import plotly.io as pio

    title = figure.layout.title
    said = [unescape(line) for line in (title.subtitle.text or "").split("<br>") if line]
    shown = go.Figure(figure)
    above = MARKED_ROOM if any(note.yref == "paper" for note in figure.layout.annotations) else HEAD_ROOM
    height = figure.layout.height - ((figure.layout.margin.t or above) - above)
    shown.update_layout(title=None, height=height, margin={"t": above})
    drawn: Any = pio.to_html(shown, include_plotlyjs=False, full_html=False, div_id=name, config=CONFIG)
    caption = "<br>".join(escape(line) for line in said)
    heading_said = heading(unescape(title.text), 3)
    return f'<figure>{heading_said}<figcaption>{caption}</figcaption><div class="chart">{drawn}</div></figure>'
