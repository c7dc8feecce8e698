// What the page says, in the language that was chosen; the server has the words, the same as in a
// call's report.

let table = { words: {}, rules: {}, units: {} };
let current = "en";

export const LANGUAGES = ["en", "zh"];

export function language() {
  return current;
}

export function preferred() {
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

export async function choose(which) {
  const answer = await fetch(`page/words.${which}.json`);
  table = await answer.json();
  current = which;
  document.documentElement.lang = which === "zh" ? "zh-CN" : "en";
  say(document);
}

export function t(key, values = {}) {
  const words = table.words[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

// A member of a family, such as act.stop; an unknown one speaks for itself.
export function named(family, name) {
  return table.words[`${family}.${name}`] ?? name.replaceAll("_", " ");
}

export function rule(name) {
  return table.rules[name] ?? "";
}

// Puts the words into whatever says by data-t, data-t-label or data-t-hint which ones it wants.
export function say(root) {
  for (const one of root.querySelectorAll("[data-t]")) one.textContent = t(one.dataset.t);
  for (const one of root.querySelectorAll("[data-t-label]")) {
    one.setAttribute("aria-label", t(one.dataset.tLabel));
  }
  for (const one of root.querySelectorAll("[data-t-hint]")) one.placeholder = t(one.dataset.tHint);
}

// The numbers behind a decision: the unit that a name ends in after them.
export function evidence(given) {
  return Object.entries(given)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => {
      const cut = name.lastIndexOf("_");
      const unit = cut > 0 ? table.units[name.slice(cut + 1)] : undefined;
      const text = Number.isFinite(value) ? String(Number(value.toPrecision(3))) : String(value);
      const stem = (unit ? name.slice(0, cut) : name).replaceAll("_", " ");
      return `${stem} ${text}${unit ? ` ${unit}` : ""}`;
    });
}

// A time of a call: 1:02.4.
export function clock(seconds) {
  const tenths = Math.round(Math.max(0, seconds) * 10);
  return `${Math.floor(tenths / 600)}:${((tenths % 600) / 10).toFixed(1).padStart(4, "0")}`;
}
