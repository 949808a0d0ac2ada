/* Makes elements. Text only ever becomes text: nothing here reads markup. */

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children; strings among the children become text, null is left out. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A drawing of lines within 24 × 24 that assistive technology passes over. */
export function icon(lines) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", lines);
  svg.append(path);
  return svg;
}

/** The link to a style sheet of the widget, and a promise of its coming. */
export function style(base, name) {
  const link = h("link", { rel: "stylesheet", href: `${base}widget/${name}.css` });
  return [link, new Promise((resolve, reject) => Object.assign(link, { onload: resolve, onerror: reject }))];
}
