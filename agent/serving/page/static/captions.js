// The words of both sides. The agent's appear as they come out of the loudspeaker, and what was cut
// off never does; the caller's settle while they are being recognised.

import { made } from "./parts.js";
import { clock, named, say } from "./words.js";

const NEAR_END = 80; // px: so far from the end of the list it is followed

export class Captions {
  // `list`: where they stand; `live`: where whole lines are put for those who do not see.
  constructor(list, live) {
    this.list = list;
    this.live = live;
    this.lines = new Map();
    this.says = [];
    this.atEnd = true;
    const box = list.parentElement;
    box.onscroll = () => (this.atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END);
    new ResizeObserver(() => this.follow()).observe(box);
    list.replaceChildren();
    live.replaceChildren();
  }

  // System 1 has something said, which will be played if nothing comes between.
  willSay(text, kind) {
    this.says.push({ text, kind });
  }

  agentBegins(item, at) {
    const line = this.line(item, "agent", at);
    line.pending = [];
  }

  // `due`: after so many samples of the item these words have been heard.
  agentWords(item, words, due) {
    const line = this.lines.get(item);
    if (!line || line.cut) return;
    line.pending.push({ words, due });
    line.text += words;
    this.tag(line);
  }

  agentHeard(item, played) {
    const line = this.lines.get(item);
    if (!line?.pending) return;
    while (line.pending.length && line.pending[0].due <= played) {
      this.show(line, line.shown + line.pending.shift().words);
    }
  }

  agentOver(item) {
    const line = this.lines.get(item);
    if (!line || line.over) return;
    this.agentHeard(item, Infinity);
    this.close(line);
  }

  agentCut(item, played) {
    const line = this.lines.get(item);
    if (!line || line.over) return;
    this.agentHeard(item, played);
    line.cut = true;
    line.element.classList.add("cut");
    line.tags.append(label("cut_off", "tag cut"));
    if (!line.shown) return this.remove(item);
    this.close(line);
  }

  callerBegins(item, at) {
    const line = this.lines.get(item) ?? this.line(item, "caller", at);
    line.open = true;
  }

  callerWords(item, words, at) {
    this.callerBegins(item, at);
    const line = this.lines.get(item);
    this.show(line, line.shown + words);
  }

  callerDone(item, text, at) {
    if (!text) return this.remove(item);
    this.callerBegins(item, at);
    const line = this.lines.get(item);
    line.open = false;
    line.element.classList.add("settled");
    this.show(line, text);
    this.close(line);
  }

  // What was begun turned out to be nothing for the agent.
  nothing() {
    for (const [item, line] of this.lines) if (line.open) this.remove(item);
  }

  remove(item) {
    this.lines.get(item)?.element.remove();
    this.lines.delete(item);
  }

  line(item, who, at) {
    const element = made("li", `${who} k-${who === "caller" ? "turn" : "reply"}`);
    const bubble = made("span", "bubble waits");
    const tags = made("span", "meta");
    const time = made("time", "", clock(at));
    tags.append(label(who, ""), time);
    element.append(bubble, tags);
    this.list.append(element);
    const line = { who, element, bubble, tags, text: "", shown: "", over: false };
    this.lines.set(item, line);
    this.follow();
    return line;
  }

  tag(line) {
    if (line.kind) return;
    const found = this.says.findIndex((one) => one.text.startsWith(line.text.trim()));
    if (found < 0) return;
    const [{ kind }] = this.says.splice(found, 1);
    line.kind = kind;
    line.element.className = `agent k-${kind}`;
    if (kind !== "reply") line.tags.append(label(`kind.${kind}`, "tag"));
  }

  show(line, text) {
    line.shown = text;
    line.bubble.textContent = text;
    line.bubble.classList.toggle("waits", !text);
    this.follow();
  }

  close(line) {
    line.over = true;
    if (line.shown) this.live.append(made("p", "", `${named("page", line.who)}: ${line.shown}`));
    while (this.live.children.length > 20) this.live.firstChild.remove();
  }

  // Whoever reads further up is left there.
  follow() {
    const box = this.list.parentElement;
    if (this.atEnd) box.scrollTop = box.scrollHeight;
  }
}

function label(key, className) {
  const element = made("b", className);
  element.dataset.t = key === "caller" || key === "agent" ? `page.${key}` : key;
  const holder = made("span");
  holder.append(element);
  say(holder);
  return element;
}
