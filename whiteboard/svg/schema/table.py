"""The elements of SVG 1.1 and 2: what may stand in each, and which attributes it has.

Written from the specifications' chapters on structure, shapes, text, painting, filters and
animation, in a form of our own. SVG fonts and other parts that no browser reads any more are left
out: they count as unknown, and unknown things are kept.

No attribute is required (SVG 2 requires none), and text may stand anywhere: where none belongs,
nobody paints it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from whiteboard.svg.schema import grammar as g
from whiteboard.svg.schema.grammar import PRESENTATION, Grammar, words

_DESCRIPTIVE = "desc title metadata"
_ANIMATION = "animate animateColor animateMotion animateTransform set discard"
_SHAPES = "path rect circle ellipse line polyline polygon"
_GRADIENTS = "linearGradient radialGradient"
_SERVERS = f"{_GRADIENTS} pattern"
_ALWAYS = f"{_DESCRIPTIVE} {_ANIMATION} style"
_PAINTING = f"{_SERVERS} clipPath marker mask filter"
_STRUCTURE = "defs g svg symbol use"
_GRAPHICS = f"{_ALWAYS} {_SHAPES} {_STRUCTURE} {_PAINTING} a image switch text view"
_PRIMITIVES = (
    "feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting "
    "feDisplacementMap feDropShadow feFlood feGaussianBlur feImage feMerge feMorphology feOffset "
    "feSpecularLighting feTile feTurbulence"
)
_LIGHTS = "feDistantLight fePointLight feSpotLight"
_SPANS = "tspan textPath tref a"
_SMALL = f"{_DESCRIPTIVE} animate animateColor set style"

_CONTENT: Mapping[str, str] = {
    **dict.fromkeys(["svg", "g", "defs", "symbol", "marker", "pattern", "mask"], _GRAPHICS),
    "a": f"{_GRAPHICS} {_SPANS}",
    "switch": f"{_ALWAYS} {_SHAPES} a g image svg switch text use",
    **dict.fromkeys(_SHAPES.split(), f"{_ALWAYS} {_PAINTING}"),
    **dict.fromkeys(("use", "image"), f"{_ALWAYS} clipPath mask filter"),
    "clipPath": f"{_ALWAYS} {_SHAPES} text use",
    "text": f"{_ALWAYS} {_PAINTING} {_SPANS}",
    "tspan": f"{_ALWAYS} {_SERVERS} tspan tref a",
    "textPath": f"{_ALWAYS} {_SERVERS} tspan tref a",
    "tref": _SMALL,
    **dict.fromkeys(_GRADIENTS.split(), f"{_DESCRIPTIVE} animate animateTransform set style stop"),
    "stop": _SMALL,
    "filter": f"{_SMALL} {_PRIMITIVES}",
    **dict.fromkeys(_PRIMITIVES.split(), _SMALL),
    "feComponentTransfer": f"{_SMALL} feFuncR feFuncG feFuncB feFuncA",
    "feMerge": f"{_SMALL} feMergeNode",
    **dict.fromkeys(("feDiffuseLighting", "feSpecularLighting"), f"{_SMALL} {_LIGHTS}"),
    **dict.fromkeys(_LIGHTS.split(), _SMALL),
    **dict.fromkeys(["feFuncR", "feFuncG", "feFuncB", "feFuncA", "feMergeNode"], _SMALL),
    **dict.fromkeys(_ANIMATION.split(), _DESCRIPTIVE),
    "animateMotion": f"{_DESCRIPTIVE} mpath",
    "mpath": _DESCRIPTIVE,
    "view": f"{_DESCRIPTIVE} {_ANIMATION} style",
    **dict.fromkeys(["desc", "title", "metadata", "style"], ""),
}

_XY = {"x": g.COORDINATE, "y": g.COORDINATE}
_WH = {"width": g.SIDE, "height": g.SIDE}
_WINDOW = {"viewBox": g.BOX, "preserveAspectRatio": g.ASPECT}
_LENGTH_OF_PATH = {"pathLength": g.NATURAL}
_UNITS = words("userSpaceOnUse", "objectBoundingBox")
_HREF = {"href": g.IRI}
_TEXT = {
    **dict.fromkeys(("x", "y", "dx", "dy"), g.LENGTHS),
    "rotate": g.NUMBERS,
    "textLength": g.SIZE,
    "lengthAdjust": words("spacing", "spacingAndGlyphs"),
}
_GRADIENT = {
    **_HREF,
    "gradientUnits": _UNITS,
    "gradientTransform": g.TRANSFORM,
    "spreadMethod": words("pad", "reflect", "repeat"),
}
_PRIMITIVE = {**_XY, **_WH, "result": g.ANY}
_IN = {**_PRIMITIVE, "in": g.ANY}
_IN2 = {**_IN, "in2": g.ANY}
_LIGHT = dict.fromkeys(("x", "y", "z"), g.NUMBER)
_FUNCTION = {
    "type": words("identity", "table", "discrete", "linear", "gamma"),
    "tableValues": g.NUMBERS,
    **dict.fromkeys(("slope", "intercept", "amplitude", "exponent", "offset"), g.NUMBER),
}
_CHANNEL = words("R", "G", "B", "A")
_TIMING = {
    "begin": g.BEGIN,
    "end": g.BEGIN,
    **dict.fromkeys(("dur", "min", "max", "repeatDur"), g.TIME),
    "repeatCount": g.REPEAT,
    "restart": words("always", "whenNotActive", "never"),
    "fill": words("freeze", "remove"),
}
_TARGET = {**_HREF, "attributeName": g.ANY, "attributeType": words("CSS", "XML", "auto")}
_VALUES = {
    "calcMode": words("discrete", "linear", "paced", "spline"),
    "values": g.ANY,
    "keyTimes": g.TIMES,
    "keySplines": g.SPLINES,
    **dict.fromkeys(("from", "to", "by"), g.ANY),
    "additive": words("replace", "sum"),
    "accumulate": words("none", "sum"),
}
_ANIMATE = {**_TARGET, **_TIMING, **_VALUES}
_LIGHTING = {**_IN, "surfaceScale": g.NUMBER, "kernelUnitLength": g.NUMBERS}

_SPECIFIC: Mapping[str, Mapping[str, Grammar]] = {
    "svg": {
        **_XY,
        **_WH,
        **_WINDOW,
        "version": g.ANY,
        "baseProfile": g.ANY,
        "zoomAndPan": words("disable", "magnify"),
        "contentScriptType": g.ANY,
        "contentStyleType": g.ANY,
        "timelineBegin": words("loadend", "loadbegin"),
        "snapshotTime": g.TIME,
        "playbackOrder": words("all", "forwardOnly"),
    },
    "symbol": {**_XY, **_WH, **_WINDOW, "refX": g.ANY, "refY": g.ANY},
    "use": {**_HREF, **_XY, **_WH},
    "image": {**_HREF, **_XY, **_WH, "preserveAspectRatio": g.ASPECT, "decoding": g.ANY},
    "a": {
        **_HREF,
        **dict.fromkeys(("target", "download", "ping", "rel", "hreflang", "type"), g.ANY),
        "referrerpolicy": g.ANY,
    },
    "path": {**_LENGTH_OF_PATH, "d": g.css(g.PATH)},
    "rect": {**_LENGTH_OF_PATH, **_XY, **_WH, "rx": g.SIDE, "ry": g.SIDE},
    "circle": {**_LENGTH_OF_PATH, "cx": g.COORDINATE, "cy": g.COORDINATE, "r": g.css(g.SIZE)},
    "ellipse": {
        **_LENGTH_OF_PATH,
        "cx": g.COORDINATE,
        "cy": g.COORDINATE,
        "rx": g.SIDE,
        "ry": g.SIDE,
    },
    "line": {**_LENGTH_OF_PATH, **dict.fromkeys(("x1", "y1", "x2", "y2"), g.LENGTH)},
    "polyline": {**_LENGTH_OF_PATH, "points": g.POINTS},
    "polygon": {**_LENGTH_OF_PATH, "points": g.POINTS},
    "text": _TEXT,
    "tspan": _TEXT,
    "tref": {**_TEXT, **_HREF},
    "textPath": {
        **_HREF,
        "startOffset": g.LENGTH,
        "method": words("align", "stretch"),
        "spacing": words("auto", "exact"),
        "side": words("left", "right"),
        "path": g.PATH,
        "textLength": g.SIZE,
        "lengthAdjust": words("spacing", "spacingAndGlyphs"),
    },
    "linearGradient": {**_GRADIENT, **dict.fromkeys(("x1", "y1", "x2", "y2"), g.LENGTH)},
    "radialGradient": {
        **_GRADIENT,
        **dict.fromkeys(("cx", "cy", "fx", "fy"), g.LENGTH),
        **dict.fromkeys(("r", "fr"), g.SIZE),
    },
    "stop": {"offset": g.ALPHA},
    "pattern": {
        **_HREF,
        **_XY,
        **_WH,
        **_WINDOW,
        "patternUnits": _UNITS,
        "patternContentUnits": _UNITS,
        "patternTransform": g.TRANSFORM,
    },
    "clipPath": {"clipPathUnits": _UNITS},
    "mask": {**_XY, **_WH, "maskUnits": _UNITS, "maskContentUnits": _UNITS},
    "marker": {
        **_WINDOW,
        "refX": g.ANY,
        "refY": g.ANY,
        "markerWidth": g.SIZE,
        "markerHeight": g.SIZE,
        "markerUnits": words("userSpaceOnUse", "strokeWidth"),
        "orient": g.ORIENT,
    },
    "filter": {
        **_HREF,
        **_XY,
        **_WH,
        "filterUnits": _UNITS,
        "primitiveUnits": _UNITS,
        "filterRes": g.NUMBERS,
    },
    "feBlend": {**_IN2, "mode": PRESENTATION["mix-blend-mode"]},
    "feColorMatrix": {
        **_IN,
        "type": words("matrix", "saturate", "hueRotate", "luminanceToAlpha"),
        "values": g.NUMBERS,
    },
    "feComponentTransfer": _IN,
    "feComposite": {
        **_IN2,
        "operator": words("over", "in", "out", "atop", "xor", "lighter", "arithmetic"),
        **dict.fromkeys(("k1", "k2", "k3", "k4"), g.NUMBER),
    },
    "feConvolveMatrix": {
        **_IN,
        **dict.fromkeys(("order", "kernelMatrix", "kernelUnitLength"), g.NUMBERS),
        **dict.fromkeys(("divisor", "bias"), g.NUMBER),
        **dict.fromkeys(("targetX", "targetY"), g.INTEGER),
        "edgeMode": words("duplicate", "wrap", "none"),
        "preserveAlpha": words("true", "false"),
    },
    "feDiffuseLighting": {**_LIGHTING, "diffuseConstant": g.NUMBER},
    "feDisplacementMap": {
        **_IN2,
        "scale": g.NUMBER,
        "xChannelSelector": _CHANNEL,
        "yChannelSelector": _CHANNEL,
    },
    "feDropShadow": {**_IN, "dx": g.NUMBER, "dy": g.NUMBER, "stdDeviation": g.NUMBERS},
    "feFlood": _PRIMITIVE,
    "feGaussianBlur": {
        **_IN,
        "stdDeviation": g.NUMBERS,
        "edgeMode": words("duplicate", "wrap", "none"),
    },
    "feImage": {**_PRIMITIVE, **_HREF, "preserveAspectRatio": g.ASPECT, "crossorigin": g.ANY},
    "feMerge": _PRIMITIVE,
    "feMergeNode": {"in": g.ANY},
    "feMorphology": {**_IN, "operator": words("erode", "dilate"), "radius": g.NUMBERS},
    "feOffset": {**_IN, "dx": g.NUMBER, "dy": g.NUMBER},
    "feSpecularLighting": {
        **_LIGHTING,
        "specularConstant": g.NUMBER,
        "specularExponent": g.NUMBER,
    },
    "feTile": _IN,
    "feTurbulence": {
        **_PRIMITIVE,
        "baseFrequency": g.NUMBERS,
        "numOctaves": g.INTEGER,
        "seed": g.NUMBER,
        "stitchTiles": words("stitch", "noStitch"),
        "type": words("fractalNoise", "turbulence"),
    },
    "feDistantLight": {"azimuth": g.NUMBER, "elevation": g.NUMBER},
    "fePointLight": _LIGHT,
    "feSpotLight": {
        **_LIGHT,
        **dict.fromkeys(
            ("pointsAtX", "pointsAtY", "pointsAtZ", "specularExponent", "limitingConeAngle"),
            g.NUMBER,
        ),
    },
    **dict.fromkeys(("feFuncR", "feFuncG", "feFuncB", "feFuncA"), _FUNCTION),
    "animate": _ANIMATE,
    "animateColor": _ANIMATE,
    "animateTransform": {
        **_ANIMATE,
        "type": words("translate", "scale", "rotate", "skewX", "skewY"),
    },
    "animateMotion": {
        **_HREF,
        **_TIMING,
        **_VALUES,
        "path": g.PATH,
        "keyPoints": g.TIMES,
        "rotate": g.ORIENT,
        "origin": g.ANY,
    },
    "set": {**_TARGET, **_TIMING, "to": g.ANY},
    "discard": {**_HREF, "begin": g.BEGIN},
    "mpath": _HREF,
    "view": {**_WINDOW, "zoomAndPan": words("disable", "magnify"), "viewTarget": g.ANY},
    "style": {"type": g.ANY, "media": g.ANY, "title": g.ANY},
}

_GLOBAL: Mapping[str, Grammar] = {
    "id": g.ID,
    "class": g.ANY,
    "style": g.ANY,
    "lang": g.LANGUAGE,
    "tabindex": g.INTEGER,
    "autofocus": g.ANY,
    "role": g.ANY,
    "requiredFeatures": g.ANY,
    "requiredExtensions": g.ANY,
    "systemLanguage": g.ANY,
    "externalResourcesRequired": words("true", "false"),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What is known of one element.

    Attributes:
        name: Its local name.
        children: Names of the SVG elements that may stand in it.
        attributes: Grammar by name, of attributes without a namespace.
    """

    name: str
    children: frozenset[str]
    attributes: Mapping[str, Grammar]


ELEMENTS: Mapping[str, Rules] = {
    name: Rules(
        name,
        frozenset(content.split()),
        {**PRESENTATION, **_GLOBAL, **_SPECIFIC.get(name, {})},
    )
    for name, content in _CONTENT.items()
}
"""Every SVG element that may be drawn, by local name; what is never drawn is in `sanitize`."""
