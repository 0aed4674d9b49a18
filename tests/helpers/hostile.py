"""What a drawing may not do, and drawings as other programs write them."""

from __future__ import annotations

from pathlib import Path

SVG = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
BAIT = "evil.example"
"""Nothing with this in it is drawn, loaded or exported."""

_XHTML = "http://www.w3.org/1999/xhtml"
HOSTILE = {
    "script": "<script>fetch('//evil.example')</script>",
    "script from elsewhere": '<script href="https://evil.example/x.js"/>',
    "handler": """<rect width="9" onload="go('evil.example')"/>""",
    "handler in capitals": """<rect width="9" ONCLICK="go('evil.example')"/>""",
    "page inside": f"<foreignObject><div xmlns='{_XHTML}'>evil.example</div></foreignObject>",
    "page in a group": f"<g><iframe xmlns='{_XHTML}' src='//evil.example'/></g>",
    "picture from a disk": '<image width="9" href="file:///evil.example"/>',
    "picture from a neighbour": '<image width="9" xlink:href="//evil.example/a.png"/>',
    "use of another file": '<use href="https://evil.example/a#b"/>',
    "fill from another file": """<rect width="9" fill="url(//evil.example/a#b)"/>""",
    "fill with an escape": r"""<rect width="9" fill="u\72l(//evil.example/a#b)"/>""",
    "style from elsewhere": """<rect style="fill:red;mask:url('//evil.example/a#b')" width="9"/>""",
    "sheet from elsewhere": "<style>@import url(//evil.example/a);</style>",
    "font from elsewhere": "<style>@font-face{font-family:a;src:url(//evil.example/a)}</style>",
    "cursor from elsewhere": """<rect width="9" cursor="url(//evil.example/c)"/>""",
    "link that runs": "<a href='java&#10;script:go(\"evil.example\")'><rect width='9'/></a>",
    "old link that runs": "<a xlink:href=' JavaScript:go(\"evil.example\")'><rect width='9'/></a>",
    "link that holds a page": "<a href='data:text/html,evil.example'><rect width='9'/></a>",
    "animated address": "<animate attributeName='href' to='javascript:evil.example'/>",
    "animated handler": "<g><set attributeName='onclick' to='evil.example'/></g>",
    "other base": "<g xml:base='https://evil.example/'><use href='#a'/></g>",
    "filter from elsewhere": "<filter id='f'><feImage href='https://evil.example/a.png'/></filter>",
    "event of XML": "<l xmlns='http://www.w3.org/2001/xml-events' event='evil.example'/>",
    "handler on a stranger": "<x xmlns='urn:other' onload='evil.example'/>",
}

_FOLDER = Path(__file__).parent / "files"
FILES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.svg"))}
"""As Inkscape, draw.io and icon sets for browsers write them: nothing in them is invalid."""
