// Before a call: with whom, with which token, and with a microphone or without.

import { made, part } from "./parts.js";
import * as server from "./server.js";
import { t } from "./words.js";

export class Lobby {
  // `start`: told of {policy, microphone} when a call is wanted.
  constructor(start) {
    this.policies = [];
    part("lobby-form").onsubmit = (event) => {
      event.preventDefault();
      const microphone = event.submitter !== part("type-instead");
      const policy = new FormData(part("lobby-form")).get("policy");
      if (policy) start(policy, microphone);
    };
    part("token-form").onsubmit = (event) => {
      event.preventDefault();
      server.keepToken(part("token").value.trim());
      this.open();
    };
  }

  // Asks who can be talked to; says what is wrong where nobody can.
  async open() {
    part("lobby-form").hidden = true;
    let found;
    try {
      found = await server.policies();
    } catch {
      return this.fail("page.error.unreachable");
    }
    const wanted = found.status === 401;
    part("token-form").hidden = !wanted;
    if (wanted) {
      if (server.token()) this.fail("page.error.token");
      server.keepToken("");
      part("token").focus();
      return;
    }
    if (!found.policies) return this.fail("page.error.server", { why: String(found.status) });
    this.clear();
    this.choices(found);
    part("lobby-form").hidden = false;
    if (!window.AudioWorkletNode || !window.isSecureContext) {
      this.fail("page.error.insecure");
      part("start").disabled = part("type-instead").disabled = true;
    }
    return found;
  }

  choices({ policies, default: first }) {
    const was = new FormData(part("lobby-form")).get("policy") ?? first;
    const choices = policies.map((one) => {
      const choice = made("label", "choice");
      const radio = made("input");
      radio.type = "radio";
      radio.name = "policy";
      radio.value = one.name;
      radio.checked = one.name === was;
      const words = made("span", "choice-words");
      const head = made("b", "", one.agent);
      if (one.company) head.append(made("span", "", ` · ${one.company}`));
      const greeting = made("q", "", one.greeting);
      greeting.lang = one.language;
      words.append(head, greeting, made("code", "", `${one.name} · ${one.language}`));
      choice.append(radio, words);
      return choice;
    });
    part("policies").replaceChildren(...choices);
  }

  // Why no call came about: the server says whether there is a line free.
  async refused() {
    let found;
    try {
      found = await server.policies();
    } catch {
      return this.fail("page.error.unreachable");
    }
    if (found.status === 401) return this.open();
    if (!found.room || found.room.free) return this.fail("page.error.unreachable");
    const { why, retry_s } = found.room;
    this.fail(`page.error.${why}`, { s: retry_s });
    part("start").disabled = true;
    setTimeout(() => (part("start").disabled = false), retry_s * 1000);
  }

  fail(key, values) {
    const place = part("lobby-error");
    place.hidden = false;
    place.textContent = t(key, values);
  }

  clear() {
    part("lobby-error").hidden = true;
  }
}
