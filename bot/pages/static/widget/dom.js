/* Makes elements. Text only ever becomes text: nothing here reads markup. */

const SVG = "http://www.w3.org/2000/svg";

// Drawn within 24 × 24, as lines.
const PATHS = {
  chat: "M4 5h16v11H9l-5 4z",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 20V5M5 12l7-7 7 7",
  erase: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
};

/** An element with attributes and children; strings among the children become text, null is left out. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A drawing that assistive technology passes over. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** `text` with its {places} filled. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, key) => values[key] ?? place);
}
