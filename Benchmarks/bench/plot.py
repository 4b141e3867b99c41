"""A plot as SVG, without a library: bars of ratios, and growth of a simulation."""

import math
from statistics import median

from . import ratios

WIDTH = 860
COLOURS = {"hummingbird": "#c0504d", "nginx": "#4f9d69", "flask": "#8064a2"}


def bars(http, chosen):
    """Requests per second of the service as multiples of the others', with the spread of the rounds; a log scale."""
    rows = []
    for case in chosen:
        for other in ("hummingbird", "nginx", "flask"):
            if other in http.get(case, {}):
                values = ratios.paired(http[case], other)
                rows.append((case, other, median(values), min(values), max(values)))
    if not rows:
        return [], 0
    top = max(16.0, max(row[4] for row in rows) * 1.1)
    low = min(0.5, min(row[3] for row in rows) * 0.9)
    left, right = 330, WIDTH - 70

    def x(value):
        return left + (right - left) * math.log(value / low) / math.log(top / low)

    shapes = [label(10, 22, "Requests per second, service ÷ other (median and range of the rounds; log scale)", bold=True)]
    height = 40
    for tick in (0.5, 1, 2, 4, 8, 16, 32, 64):
        if low <= tick <= top:
            shapes.append(line(x(tick), 34, x(tick), 40 + 22 * len(rows), "#222" if tick == 1 else "#ccc"))
            shapes.append(label(x(tick), 54 + 22 * len(rows), f"{tick:g}", anchor="middle"))
    for case, other, middle, least, most in rows:
        shapes.append(label(left - 8, height + 14, f"{case} : {other}", anchor="end", size=11))
        start, end = sorted((x(1), x(middle)))
        shapes.append(
            f'<rect x="{start:.1f}" y="{height + 3}" width="{end - start:.1f}" height="14" fill="{COLOURS[other]}"/>'
        )
        shapes.append(line(x(least), height + 10, x(most), height + 10, "#000"))
        shapes.append(label(max(x(most), end) + 6, height + 14, f"{middle:.2f}", size=11))
        height += 22
    return shapes, height + 34


def growth(points, offset):
    """Seconds against simulated requests, both on log scales, with the straight line of linear growth."""
    if len(points) < 2:
        return [], offset
    left, right, top, bottom = 120, WIDTH - 70, offset + 40, offset + 260
    xs = [math.log10(count) for count, _ in points]
    ys = [math.log10(seconds) for _, seconds in points]
    y_low, y_high = math.floor(min(ys)), math.ceil(max(ys))

    def x(value):
        return left + (right - left) * (value - xs[0]) / (xs[-1] - xs[0])

    def y(value):
        return bottom - (bottom - top) * (value - y_low) / max(1, y_high - y_low)

    shapes = [label(10, offset + 22, "Simulation, r = 8: seconds against requests (dashed: linear growth)", bold=True)]
    for decade in range(y_low, y_high + 1):
        shapes.append(line(left, y(decade), right, y(decade), "#ddd"))
        shapes.append(label(left - 8, y(decade) + 4, f"10^{decade} s", anchor="end"))
    for (count, _), value in zip(points, xs):
        shapes.append(label(x(value), bottom + 18, f"{count:.0e}", anchor="middle"))
    path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in zip(xs, ys))
    shapes.append(f'<polyline points="{path}" fill="none" stroke="#1f5fa8" stroke-width="2"/>')
    linear = ys[-1] - (xs[-1] - xs[0])
    if linear >= y_low:
        shapes.append(line(x(xs[0]), y(linear), x(xs[-1]), y(ys[-1]), "#888", "4 4"))
    shapes += [f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="4" fill="#1f5fa8"/>' for a, b in zip(xs, ys)]
    return shapes, bottom + 34


def line(x1, y1, x2, y2, colour, dash=None):
    style = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{style}/>'


def label(x, y, text, anchor="start", size=12, bold=False):
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{weight}>{text}</text>'


def write(path, http, chosen, points):
    shapes, height = bars(http, chosen)
    more, height = growth(points, height)
    body = "\n".join(shapes + more)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif">\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'
    )
