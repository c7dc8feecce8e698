// The keys of a telephone, by hand and by keyboard.

import { made, part } from "./parts.js";

const KEYS = "123456789*0#";

export class Keypad {
  // `press`: told of each key.
  constructor(press) {
    this.box = part("keypad");
    this.button = part("keys");
    this.pressed = part("keys-pressed");
    const keys = [...KEYS].map((digit) => {
      const key = made("button", "", digit);
      key.type = "button";
      key.onclick = () => this.press(digit);
      return key;
    });
    part("keypad-keys").replaceChildren(...keys);
    this.button.onclick = () => this.open(this.box.hidden);
    this.box.onkeydown = (event) => {
      if (event.key === "Escape") {
        this.open(false);
        this.button.focus();
      } else if (KEYS.includes(event.key)) this.press(event.key);
    };
    this.tell = press;
    this.open(false);
  }

  open(whether) {
    this.box.hidden = !whether;
    this.button.setAttribute("aria-expanded", String(whether));
    if (whether) part("keypad-keys").firstChild.focus();
    else this.pressed.textContent = "";
  }

  press(digit) {
    this.pressed.textContent = (this.pressed.textContent + digit).slice(-16);
    this.tell(digit);
  }
}
