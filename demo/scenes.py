"""Framed pictures of coloured shapes, and the captions that describe them.

A scene is a dictionary:

    background  colour name
    objects     one or two dictionaries with colour, shape, size, place,
                cx, cy, radius (fractions of the picture side)

`render` draws a scene at any side length, antialiased, as float32 RGB in 0..1.
All lengths are relative, so a scene looks the same at 256 and at 512 pixels.
Every picture has a dark outer frame and a cream mat: two known tones in
constant proportion, which give the autoencoder's instance norms a reference.
"""

import math

import numpy as np

PALETTE = {
    "red": (214, 40, 40),
    "orange": (245, 130, 32),
    "yellow": (250, 212, 55),
    "green": (40, 150, 70),
    "cyan": (75, 205, 215),
    "blue": (40, 80, 200),
    "purple": (125, 55, 165),
    "pink": (250, 150, 190),
    "black": (24, 24, 28),
    "white": (250, 250, 250),
}
COLOURS = list(PALETTE)
SHAPES = ["circle", "square", "triangle", "star", "heart", "cross", "ring", "diamond"]
SIZES = ["small", "medium", "large"]
PLACES = ["center", "left", "right", "top", "bottom"]

OUTER = (58, 46, 42)
MAT = (244, 238, 226)
OUTER_WIDTH = 1 / 32
FRAME_WIDTH = 1 / 16
VIGNETTE = 0.16

# Diameter as a fraction of the picture side, alone and when sharing the picture.
DIAMETER_ALONE = {"small": 0.24, "medium": 0.37, "large": 0.56}
DIAMETER_PAIR = {"small": 0.205, "medium": 0.27, "large": 0.355}


def polygon_points(shape):
    """Vertices of a polygonal shape in a box from -1 to 1, y downwards."""
    if shape == "square":
        return [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)]
    if shape == "diamond":
        return [(0, -1), (0.72, 0), (0, 1), (-0.72, 0)]
    if shape == "triangle":
        return [(0, -0.92), (1, 0.8), (-1, 0.8)]
    if shape == "cross":
        a, b = 0.34, 0.95
        return [(-a, -b), (a, -b), (a, -a), (b, -a), (b, a), (a, a),
                (a, b), (-a, b), (-a, a), (-b, a), (-b, -a), (-a, -a)]
    if shape == "star":
        points = []
        for i in range(10):
            r = 1.05 if i % 2 == 0 else 0.5
            t = math.pi * i / 5
            points.append((r * math.sin(t), 0.06 - r * math.cos(t)))
        return points
    if shape == "heart":
        points = []
        for i in range(36):
            t = 2 * math.pi * i / 36
            x = 16 * math.sin(t) ** 3
            y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
            points.append((x / 16.5, (-y - 2.5) / 15.5))
        return points
    raise ValueError(shape)


def polygon_distance(x, y, points):
    """Signed distance (negative inside) of each (x, y) to a closed polygon."""
    best = np.full(x.shape, 1e9, np.float32)
    inside = np.zeros(x.shape, bool)
    n = len(points)
    for i in range(n):
        ax, ay = points[i]
        bx, by = points[(i + 1) % n]
        ex, ey = bx - ax, by - ay
        length = ex * ex + ey * ey
        if length == 0:
            continue
        px, py = x - ax, y - ay
        t = np.clip((px * ex + py * ey) / length, 0, 1)
        dx, dy = px - t * ex, py - t * ey
        np.minimum(best, dx * dx + dy * dy, out=best)
        crosses = (ay > y) != (by > y)
        if ey != 0:
            inside ^= crosses & (x < ax + ex * (y - ay) / ey)
    best = np.sqrt(best)
    return np.where(inside, -best, best)


def shape_distance(shape, x, y):
    """Signed distance in units of the radius; x and y are radius-relative."""
    if shape == "circle":
        return np.sqrt(x * x + y * y) - 0.95
    if shape == "ring":
        return np.abs(np.sqrt(x * x + y * y) - 0.72) - 0.25
    return polygon_distance(x, y, polygon_points(shape))


def shape_coverage(shape, cx, cy, radius, side):
    """(y0, x0, coverage): the antialiased mask of a shape inside its own box."""
    reach = radius * side * 1.08 + 2
    x0 = max(0, int(cx * side - reach))
    y0 = max(0, int(cy * side - reach))
    x1 = min(side, int(cx * side + reach) + 1)
    y1 = min(side, int(cy * side + reach) + 1)
    px = (np.arange(x0, x1, dtype=np.float32) + 0.5) / side
    py = (np.arange(y0, y1, dtype=np.float32) + 0.5) / side
    x, y = np.meshgrid((px - cx) / radius, (py - cy) / radius)
    distance = shape_distance(shape, x, y) * radius * side
    return y0, x0, np.clip(0.5 - distance, 0, 1).astype(np.float32)


def band(position, width, side):
    """Antialiased coverage of the part further than width from both borders."""
    d = np.minimum(position, 1 - position) - width
    return np.clip(0.5 + d * side, 0, 1)


def compose(scene, side, tones, outer, mat, light):
    """Paints any kind of tone: `tones` maps colour names to float32 vectors.

    `light` scales the background.  Returns (side, side, length of a tone).
    """
    axis = (np.arange(side, dtype=np.float32) + 0.5) / side
    content = light * tones[scene["background"]]
    for o in scene["objects"]:
        y0, x0, cover = shape_coverage(o["shape"], o["cx"], o["cy"], o["radius"], side)
        h, w = cover.shape
        part = content[y0:y0 + h, x0:x0 + w]
        part += cover[:, :, None] * (tones[o["colour"]] - part)
    in_mat = band(axis, OUTER_WIDTH, side)
    in_content = band(axis, FRAME_WIDTH, side)
    mat_cover = (in_mat[None, :] * in_mat[:, None])[:, :, None]
    content_cover = (in_content[None, :] * in_content[:, None])[:, :, None]
    picture = outer + mat_cover * (mat - outer)
    picture = picture + content_cover * (content - picture)
    return picture.astype(np.float32)


def render(scene, side):
    """The scene as float32 (side, side, 3) in 0..1."""
    axis = (np.arange(side, dtype=np.float32) + 0.5) / side
    rgb = {k: np.asarray(v, np.float32) / 255 for k, v in PALETTE.items()}
    r2 = (axis[None, :] - 0.5) ** 2 + (axis[:, None] - 0.5) ** 2
    light = (1 - VIGNETTE * r2 / 0.4)[:, :, None]
    return compose(scene, side, rgb, np.asarray(OUTER, np.float32) / 255, np.asarray(MAT, np.float32) / 255, light)


def render_marks(scene, side):
    """Soft (side, side, 11) marks: one per palette colour, and the mat.

    The mat has every mark and the outer frame has none, so each mark is present
    and absent somewhere in every picture.
    """
    count = len(COLOURS) + 1
    tones = {c: np.eye(count, dtype=np.float32)[i] for i, c in enumerate(COLOURS)}
    light = np.ones((side, side, 1), np.float32)
    return compose(scene, side, tones, np.zeros(count, np.float32), np.ones(count, np.float32), light)


# How far an object at a side keeps off the mat, and how much further it may stand.
MARGIN = 0.025
SLACK = 0.01


def stand(place, radius, slack):
    """(cx, cy) of an object at a place; at a side it is `slack` further in than it must be."""
    low = FRAME_WIDTH + MARGIN + radius + slack
    return {"center": (0.5, 0.5), "left": (low, 0.5), "right": (1 - low, 0.5),
            "top": (0.5, low), "bottom": (0.5, 1 - low)}[place]


def usual_stand(size, place, pair):
    """(cx, cy, radius) in the middle of what `place_object` draws."""
    radius = (DIAMETER_PAIR if pair else DIAMETER_ALONE)[size] / 2
    return (*stand(place, radius, SLACK / 2), radius)


def place_object(rng, shape, colour, size, place, pair):
    """An object with a centre near its place and a radius near its size."""
    radius = (DIAMETER_PAIR if pair else DIAMETER_ALONE)[size] / 2 * rng.uniform(0.98, 1.02)
    cx, cy = stand(place, radius, rng.uniform(0, SLACK))
    if place not in ("left", "right"):
        cx += rng.uniform(-SLACK, SLACK)
    if place not in ("top", "bottom"):
        cy += rng.uniform(-SLACK, SLACK)
    return {"shape": shape, "colour": colour, "size": size, "place": place,
            "cx": float(cx), "cy": float(cy), "radius": float(radius)}


def random_scene(rng, pair_share=0.25):
    """A scene; the object colours differ from the background's and each other's."""
    pair = rng.random() < pair_share
    colours = [str(c) for c in rng.choice(COLOURS, 3, replace=False)]
    background = colours[0]
    if not pair:
        # Half of the single objects stand in the middle, as an unplaced caption means.
        place = "center" if rng.random() < 0.5 else str(rng.choice(PLACES[1:]))
        objects = [place_object(rng, str(rng.choice(SHAPES)), colours[1],
                                str(rng.choice(SIZES)), place, False)]
    else:
        places = ("left", "right") if rng.random() < 0.6 else ("top", "bottom")
        objects = [place_object(rng, str(rng.choice(SHAPES)), colours[1 + i],
                                str(rng.choice(SIZES)), places[i], True) for i in range(2)]
    return {"background": background, "objects": objects}


def jitter(rng, scene):
    """The same scene with new exact positions and sizes."""
    pair = len(scene["objects"]) == 2
    objects = [place_object(rng, o["shape"], o["colour"], o["size"], o["place"], pair) for o in scene["objects"]]
    return {"background": scene["background"], "objects": objects}


SIZE_WORDS = {"small": ["small", "small", "little"], "medium": ["medium", "medium-sized"],
              "large": ["large", "large", "big"]}
PLACE_WORDS = {
    "center": ["in the center", "in the middle"],
    "left": ["on the left"],
    "right": ["on the right"],
    "top": ["at the top"],
    "bottom": ["at the bottom"],
}


def pick(rng, options):
    return options[int(rng.integers(len(options)))]


def article(words):
    return ("an " if words[0] in "aeiou" else "a ") + words


def describe(rng, o, with_article, force_place):
    """A noun phrase for an object.

    A size word is left out only for medium objects and a place only for
    centred ones, so an omitted word always means the same thing.
    """
    words = o["colour"] + " " + o["shape"]
    if o["size"] != "medium" or rng.random() < 0.4:
        words = pick(rng, SIZE_WORDS[o["size"]]) + " " + words
    if with_article:
        words = article(words)
    if force_place or o["place"] != "center" or rng.random() < 0.3:
        words += " " + pick(rng, PLACE_WORDS[o["place"]])
    return words


def caption(rng, scene):
    """One of several ways to say what the scene shows."""
    with_article = rng.random() < 0.65
    objects = scene["objects"]
    if len(objects) == 2 and rng.random() < 0.3:
        objects = objects[::-1]
    pair = len(objects) == 2
    parts = [describe(rng, o, with_article, pair) for o in objects]
    text = pick(rng, [" and ", " and ", ", "]).join(parts) if pair else parts[0]
    ground = scene["background"]
    form = rng.random()
    if rng.random() < 0.05:
        pass
    elif form < 0.5:
        text += ", " + ground + " background"
    elif form < 0.85:
        text += pick(rng, [" on a ", " on a ", " against a "]) + ground + " background"
        text = text.replace(" a orange background", " an orange background")
    else:
        text = ground + " background, " + text
    if rng.random() < 0.1:
        text = pick(rng, ["a picture of ", "a painting of "]) + text
    return text


def vocabulary():
    """Every caption word, as one string."""
    words = COLOURS + SHAPES + SIZES + [w for v in SIZE_WORDS.values() for w in v]
    words += [w for v in PLACE_WORDS.values() for w in v]
    return " ".join(words) + " a an and , on against background picture painting of with the"
