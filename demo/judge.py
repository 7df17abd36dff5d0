"""Says what a picture shows, from its pixels alone.

The area inside the frame is cut into background and objects: the background
colour is the commonest palette colour along the inner edge, a pixel belongs to
an object when it is far from it, and connected groups of such pixels are the
objects.  Shapes are told by the overlap (intersection over union) of the group
with each drawn shape of the same bounding box.
"""

import functools

import numpy as np

import scenes

SIDE = 128
MINIMUM_AREA = 0.003
PALETTE = np.array([scenes.PALETTE[c] for c in scenes.COLOURS], np.float32)


def nearest_colours(pixels):
    """Palette index of each RGB pixel, (..., 3) to (...)."""
    d = ((pixels[..., None, :] - PALETTE) ** 2 * np.array([0.8, 1.2, 0.8], np.float32)).sum(-1)
    return d.argmin(-1)


def shrink(picture):
    """Block-averaged float32 copy of SIDE x SIDE; the input's side is a multiple of SIDE."""
    h, w, _ = picture.shape
    if h % SIDE or w % SIDE:
        raise ValueError(f"sides must be multiples of {SIDE}")
    return picture.reshape(SIDE, h // SIDE, SIDE, w // SIDE, 3).astype(np.float32).mean((1, 3))


def groups(mask):
    """Connected groups (8 neighbours) as boolean masks, largest first."""
    left = mask.copy()
    out = []
    while left.any():
        seed = np.zeros_like(left)
        seed[np.unravel_index(left.argmax(), left.shape)] = True
        while True:
            grown = seed.copy()
            grown[1:] |= seed[:-1]
            grown[:-1] |= seed[1:]
            grown[:, 1:] |= grown[:, :-1].copy()
            grown[:, :-1] |= grown[:, 1:].copy()
            grown &= left
            if (grown == seed).all():
                break
            seed = grown
        out.append(seed)
        left &= ~seed
    return sorted(out, key=lambda g: -g.sum())


def smooth(mask, passes):
    """Repeated 3 x 3 binomial blur of a float mask."""
    for _ in range(passes):
        p = np.pad(mask, 1)
        rows = p[:-2] + 2 * p[1:-1] + p[2:]
        mask = (rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 16
    return mask


@functools.lru_cache(maxsize=None)
def templates(diameter, passes):
    """Every shape at about this size in SIDE units, as soft as the picture, in a 48 x 48 box.

    A latent is a block of 8 pixels, so small shapes lose their points; their
    templates lose them alike.
    """
    out = {}
    for shape in scenes.SHAPES:
        cover = np.zeros((SIDE, SIDE), np.float32)
        y0, x0, part = scenes.shape_coverage(shape, 0.5, 0.5, diameter / SIDE / 2, SIDE)
        cover[y0:y0 + part.shape[0], x0:x0 + part.shape[1]] = part
        mask = smooth(cover, passes) > 0.5
        if mask.any():
            y0, y1, x0, x1 = box(mask)
            out[shape] = (fit(mask), (x1 - x0) / (y1 - y0))
    return out


def box(mask):
    rows, columns = np.where(mask.any(1))[0], np.where(mask.any(0))[0]
    return rows[0], rows[-1] + 1, columns[0], columns[-1] + 1


def fit(mask, n=48):
    """The mask's bounding box stretched to n x n."""
    y0, y1, x0, x1 = box(mask)
    y = y0 + ((np.arange(n) + 0.5) * (y1 - y0) / n).astype(int)
    x = x0 + ((np.arange(n) + 0.5) * (x1 - x0) / n).astype(int)
    return mask[np.ix_(y, x)]


def shape_of(mask, passes):
    """(name, overlap) of the drawn shape most like the mask."""
    y0, y1, x0, x1 = box(mask)
    aspect = (x1 - x0) / (y1 - y0)
    fitted = fit(mask)
    diameter = int(np.clip(2 * round(max(y1 - y0, x1 - x0) / 2), 10, SIDE - 4))
    best = ("circle", -np.inf)
    for blur in {0, passes}:
        for name, (template, ideal) in templates(diameter, blur).items():
            overlap = (fitted & template).sum() / (fitted | template).sum()
            score = overlap - 0.5 * abs(np.log(aspect / ideal))
            if score > best[1]:
                best = (name, float(score))
    return best


def size_and_place(mask, shape, pair, rank, upright):
    y0, y1, x0, x1 = box(mask)
    height, width = (y1 - y0) / SIDE, (x1 - x0) / SIDE
    # The drawn diameter is twice the radius; shapes fill it differently.
    reference = scenes.shape_coverage(shape, 0.5, 0.5, 0.4, 256)[2] > 0.5
    ry0, ry1, rx0, rx1 = box(reference)
    diameter = 0.8 * ((height * 256 / (ry1 - ry0)) * (width * 256 / (rx1 - rx0))) ** 0.5
    table = scenes.DIAMETER_PAIR if pair else scenes.DIAMETER_ALONE
    size = min(table, key=lambda s: abs(np.log(diameter / table[s])))
    if pair:
        return size, (("top", "bottom") if upright else ("left", "right"))[rank]
    cx, cy = (x0 + x1) / 2 / SIDE, (y0 + y1) / 2 / SIDE
    # Halfway between the middle and where an object of this size stands at the side.
    middle_y = 0.5 * (ry0 + ry1) / reference.shape[0]
    cy -= (middle_y - 0.5) * height
    reach = 0.5 - (scenes.FRAME_WIDTH + scenes.MARGIN + diameter / 2 + scenes.SLACK / 2)
    dx, dy = cx - 0.5, cy - 0.5
    if max(abs(dx), abs(dy)) < reach / 2:
        return size, "center"
    if abs(dx) > abs(dy):
        return size, "left" if dx < 0 else "right"
    return size, "top" if dy < 0 else "bottom"


def judge(picture):
    """Background, and the objects from left to right or top to bottom.

    `picture` is (h, w, 3) uint8 with sides that are multiples of 128.
    """
    small = shrink(picture)
    # A block of 8 pixels in SIDE units is 8 * SIDE / width; as many blur passes fit that.
    passes = round(2 * (8 * SIDE / picture.shape[1] / 4) ** 2)
    edge = int(np.ceil((scenes.FRAME_WIDTH + 0.022) * SIDE))
    inner = small[edge:-edge, edge:-edge]
    rim = np.concatenate([inner[:3].reshape(-1, 3), inner[-3:].reshape(-1, 3),
                          inner[:, :3].reshape(-1, 3), inner[:, -3:].reshape(-1, 3)])
    background = int(np.bincount(nearest_colours(rim), minlength=len(PALETTE)).argmax())
    # The light falls off towards the corners, so compare with the background at
    # the same distance from the middle.
    axis = (np.arange(SIDE) + 0.5) / SIDE
    r2 = (axis[None] - 0.5) ** 2 + (axis[:, None] - 0.5) ** 2
    light = (1 - scenes.VIGNETTE * r2 / 0.4)[:, :, None]
    typical = np.median(rim / light[edge:edge + 3, edge:-edge].mean(), axis=0)
    ground = PALETTE[background] * 0.5 + typical * 0.5
    mask = np.zeros((SIDE, SIDE), bool)
    far = np.sqrt(((small - ground * light) ** 2).sum(-1))
    mask[edge:-edge, edge:-edge] = (far > 48)[edge:-edge, edge:-edge]
    found = []
    for g in groups(mask):
        if g.sum() < MINIMUM_AREA * SIDE * SIDE:
            continue
        # The object's own colour is what its inner pixels show; its outline lies
        # where a pixel is as near to that colour as to the background.
        depth = far * g
        inside = g & (depth >= np.quantile(depth[g], 0.5))
        colour = int(np.bincount(nearest_colours(small[inside]), minlength=len(PALETTE)).argmax())
        own = np.median(small[inside], axis=0)
        nearer = ((small - own) ** 2).sum(-1) < ((small - ground * light) ** 2).sum(-1)
        if (g & nearer).sum() >= MINIMUM_AREA * SIDE * SIDE:
            g = groups(g & nearer)[0]
        shape, overlap = shape_of(g, passes)
        y0, y1, x0, x1 = box(g)
        found.append({"mask": g, "colour": scenes.COLOURS[colour], "shape": shape, "overlap": round(overlap, 3),
                      "cx": float(x0 + x1) / 2 / SIDE, "cy": float(y0 + y1) / 2 / SIDE})
    pair = len(found) == 2
    upright = False
    if pair:
        a, b = found
        upright = abs(a["cy"] - b["cy"]) > abs(a["cx"] - b["cx"])
        found.sort(key=lambda o: o["cy"] if upright else o["cx"])
    for rank, o in enumerate(found):
        o["size"], o["place"] = size_and_place(o.pop("mask"), o["shape"], pair, min(rank, 1), upright)
    return {"background": scenes.COLOURS[background], "objects": found}
