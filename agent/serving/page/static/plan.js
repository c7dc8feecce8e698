// What System 2 means to do: what for, the next step, and what is still needed for it.

import { made, part } from "./parts.js";

export class Plan {
  constructor() {
    this.show({ missing: [] });
  }

  show({ goal, step, missing }) {
    part("plan-none").hidden = Boolean(goal);
    part("plan").hidden = !goal;
    part("plan-goal").textContent = goal ? spelt(goal) : "";
    part("plan-step").textContent = step ?? "–";
    const wanted = missing.map((one) => made("li", "pill", spelt(one)));
    part("plan-missing").replaceChildren(...(wanted.length ? wanted : [made("li", "", "–")]));
  }
}

function spelt(name) {
  return name.replace(/[-_]/g, " ");
}
