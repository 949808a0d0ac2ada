// Bar charts as SVG. Geometry is in attributes, colours are in the style sheet; the light bar behind is what was opened,
// the dark one in it what was answered, so that the two differ in width and lightness and not by colour alone.

import { svg, t } from "./dom.js";

const LINE = 16; // the height of a line of text, in pixels
const AXIS = 34; // what the numbers at the left take

/**
 * Columns side by side, as high as there is opened and answered.
 * @param {Element} place which is as wide as the chart shall be
 * @param {{id: string, title: string, about: string}} words `about` tells in a sentence what one sees
 * @param {{name: string, opened: number, answered: number}[]} bars
 * @param {number} every which names stand below
 */
export function columns(place, words, bars, every) {
  const [width, height, top] = [Math.max(place.clientWidth, 260), 220, 10];
  const bottom = height - LINE - 6;
  const step = (width - AXIS) / bars.length;
  const { ticks, highest } = scale(Math.max(...bars.map((bar) => bar.opened)));
  const y = (value) => bottom - ((bottom - top) * value) / highest;
  const parts = ticks.flatMap((tick) => [
    svg("line", { class: "grid", x1: AXIS, x2: width, y1: y(tick), y2: y(tick) }),
    svg("text", { class: "tick", x: AXIS - 6, y: y(tick) + 4, "text-anchor": "end" }, String(tick)),
  ]);
  bars.forEach((bar, index) => {
    const x = AXIS + index * step;
    const part = (name, inset) => {
      const value = bar[name];
      const box = { x: x + step * inset, width: step * (1 - 2 * inset), y: y(value), height: bottom - y(value) };
      return svg("rect", { class: `bar-${name}`, ...box }, svg("title", {}, words_of(bar, name)));
    };
    if (bar.opened) parts.push(part("opened", 0.1), part("answered", 0.27));
    if (index % every === 0) {
      const where = { x: x + step / 2, y: height - 4, "text-anchor": "middle" };
      parts.push(svg("text", { class: "tick", ...where }, bar.name));
    }
  });
  place.replaceChildren(picture(words, width, height, parts));
}

/** Rows one below the other, each with its name above it; otherwise as `columns`. */
export function rows(place, words, bars) {
  const [width, row] = [Math.max(place.clientWidth, 260), LINE * 2 + 14];
  const highest = Math.max(...bars.map((bar) => bar.opened), 1);
  const parts = bars.flatMap((bar, index) => {
    const y = index * row;
    const part = (name, inset) =>
      svg(
        "rect",
        {
          class: `bar-${name}`,
          x: 1,
          y: y + LINE + 4 + LINE * inset,
          width: ((width - 2) * bar[name]) / highest,
          height: LINE * (1 - 2 * inset),
        },
        svg("title", {}, words_of(bar, name)),
      );
    const count = `${bar.opened} / ${bar.answered}`;
    return [
      svg("text", { x: 0, y: y + LINE - 3 }, shortened(bar.name, width - count.length * 8 - 16)),
      svg("text", { x: width, y: y + LINE - 3, "text-anchor": "end" }, count),
      part("opened", 0),
      part("answered", 0.22),
    ];
  });
  place.replaceChildren(picture(words, width, bars.length * row, parts));
}

const words_of = (bar, name) => t(`bar_${name}`, { what: bar.name, n: bar[name] });

function picture({ id, title, about }, width, height, parts) {
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-labelledby": `${id}-svg-title ${id}-svg-about` },
    svg("title", { id: `${id}-svg-title` }, title),
    svg("desc", { id: `${id}-svg-about` }, about),
    ...parts,
  );
}

/** Round values for the lines behind the bars, at most five, and the highest of them. */
function scale(most) {
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
  const step = steps.find((each) => most / each <= 4) ?? 100_000;
  const highest = Math.max(Math.ceil(most / step), 1) * step;
  return { ticks: Array.from({ length: highest / step + 1 }, (_, index) => index * step), highest };
}

/** A name that fits into so many pixels, at about 7.5 a letter. */
function shortened(name, width) {
  const letters = Math.floor(width / 7.5);
  return name.length <= letters ? name : `${name.slice(0, Math.max(letters - 1, 1))}…`;
}
