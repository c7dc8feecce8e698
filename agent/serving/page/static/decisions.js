// What System 1 did, the last first: what, why in plain words, by which rule and on what numbers.

import { icon, made } from "./parts.js";
import { clock, evidence, named, rule } from "./words.js";

const MOST = 300;
const MOST_NUMBERS = 4; // of a decision's; the report has them all
const SILENT = new Set(["say_more"]); // part of what is being said already

export class Decisions {
  constructor(list) {
    this.list = list;
    this.known = [];
    list.replaceChildren();
  }

  add(decision) {
    if (SILENT.has(decision.do)) return;
    this.known.unshift(decision);
    this.list.prepend(entry(decision));
    if (this.known.length > MOST) {
      this.known.pop();
      this.list.lastChild.remove();
    }
  }

  // In the language that is spoken now.
  say() {
    this.list.replaceChildren(...this.known.map(entry));
  }
}

// One decision in a line of words.
export function told(decision) {
  const kind = decision.kind ? ` (${named("kind", decision.kind)})` : "";
  const why = rule(decision.because.rule);
  return `${named("act", decision.do)}${kind}${why ? ` — ${why}` : ""}`;
}

function entry(decision) {
  const { at, because } = decision;
  const item = made("li", `a-${decision.do}`);
  const line = made("p");
  const kind = decision.kind ? ` (${named("kind", decision.kind)})` : "";
  line.append(
    made("b", "", named("act", decision.do) + kind),
    made("span", "why-words", rule(because.rule)),
  );
  const numbers = evidence(because.evidence).slice(0, MOST_NUMBERS).join(" · ");
  const grounds = made("code", "", numbers ? `${because.rule}: ${numbers}` : because.rule);
  item.append(icon(decision.do), made("time", "", clock(at)), line, grounds);
  return item;
}
