// Who has the floor: in words, and in the colour that it has on the timeline.

import { part } from "./parts.js";
import { t } from "./words.js";

export class Floor {
  constructor() {
    this.told("page.connecting", "");
  }

  begins() {
    this.told("page.floor.none", "");
  }

  show(state) {
    this.told(`floor.${state}`, `f-${state}`);
  }

  told(key, colour) {
    part("floor-swatch").className = `swatch ${colour}`;
    part("floor-words").dataset.t = key;
    part("floor-words").textContent = t(key);
  }
}
