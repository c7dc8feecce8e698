// After a call: how it ended, and its files.

import { made, part } from "./parts.js";
import * as server from "./server.js";
import { t } from "./words.js";

const LISTED = ["report.html", "call.wav", "events.jsonl", "result.json"];

export class Ending {
  constructor() {
    this.place = part("ending");
  }

  // `ended`: the server's last word; null where the connection was lost before it.
  show(call, ended, code) {
    this.place.hidden = false;
    const [key, values] = ended ? [`outcome.${ended.outcome}`, {}] : broken(code);
    const words = part("outcome");
    words.dataset.t = key;
    words.textContent = t(key, values);
    part("outcome-more").textContent = ended ? `${ended.duration.toFixed(1)} s` : "";
    part("outcome-to").textContent = ended?.to ? `→ ${ended.to}` : "";
    words.focus();
    part("files").replaceChildren(made("li", "hint", t("page.files.coming")));
    return this.offer(call);
  }

  hide() {
    this.place.hidden = true;
  }

  async offer(call) {
    let found = {};
    try {
      found = await server.files(call);
    } catch {
      // It is told below that there are none.
    }
    const links = LISTED.filter((name) => found[name]).map((name) => link(name, found[name]));
    part("files").replaceChildren(...(links.length ? links : [made("li", "hint", t("page.files.none"))]));
  }
}

function broken(code) {
  return [code === 1008 ? "page.error.too_slow" : "page.error.connection_lost", {}];
}

function link(name, path) {
  const key = `page.files.${name.split(".")[0]}`;
  const anchor = made("a", "plain", t(key));
  anchor.dataset.t = key;
  // Relative: there may be a proxy with a path of its own in front.
  anchor.href = path.replace(/^\//, "");
  anchor.target = "_blank";
  anchor.rel = "noopener";
  if (server.token()) anchor.onclick = (event) => fetched(event, name);
  const item = made("li");
  item.append(anchor);
  return item;
}

// A link sends no token: the file is fetched, and kept where the browser keeps such things.
async function fetched(event, name) {
  event.preventDefault();
  const address = URL.createObjectURL(await server.content(event.target.getAttribute("href")));
  const anchor = made("a");
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}
