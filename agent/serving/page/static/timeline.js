// A call as it grows: how loud both are, who has the floor, and what System 1 did when. Time is the
// call's. What is not on the screen is not drawn.

import { told } from "./decisions.js";
import { part } from "./parts.js";
import { clock, named } from "./words.js";

const HZ = 25; // levels a second
const DRAWN_MS = 45; // a picture is enough for so long
const PX_S = 44;
const INSET = 12; // px before the call's beginning
const MOST_LATE = 3; // levels: so many that came late together are one
const LANES = { ruler: [0, 20], caller: [20, 50], floor: [72, 12], agent: [86, 50], acts: [138, 24] };
const HEIGHT = 164;
const SHOWN = new Set(
  `say stop duck resume take_turn reopen_turn disregard think abandon transfer hang_up
   send_dtmf`.split(/\s+/),
);
const COLOURS = {
  say: "agent", resume: "agent", stop: "cut", duck: "cut", hang_up: "cut", think: "filler",
  take_turn: "caller", reopen_turn: "caller", transfer: "clarify", send_dtmf: "clarify",
};

export class Timeline {
  constructor() {
    this.scroller = part("timeline");
    this.track = part("timeline-track");
    this.canvas = part("timeline-canvas");
    this.readout = part("timeline-readout");
    this.levels = { caller: [], agent: [] };
    this.floors = [];
    this.marks = [];
    this.duration = 0;
    this.followed = true;
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.icons = new Map();
    this.scroller.onscroll = () => {
      const { scrollLeft, clientWidth, scrollWidth } = this.scroller;
      this.followed = scrollLeft + clientWidth > scrollWidth - PX_S;
      this.wanted = true;
    };
    this.canvas.onpointermove = (event) => this.point(event);
    this.canvas.onclick = (event) => this.point(event);
    matchMedia("(prefers-color-scheme: dark)").onchange = () => this.recolour();
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(this.scroller);
    this.readout.textContent = "";
    this.recolour();
    this.drawnMs = 0;
    this.frame = requestAnimationFrame((ms) => this.tick(ms));
  }

  // Over: nothing is added any more, but it can still be looked at.
  freeze() {
    this.frozen = true;
  }

  remove() {
    cancelAnimationFrame(this.frame);
    this.watcher.disconnect();
  }

  level(who, at, level) {
    const levels = this.levels[who];
    const place = Math.floor(at * HZ);
    if (place < 0) return;
    if (place - levels.length < MOST_LATE) while (levels.length < place) levels.push(level);
    levels[place] = Math.max(levels[place] ?? 0, level);
  }

  floor(at, state) {
    this.floors.push({ at, state });
  }

  decision(one) {
    if (SHOWN.has(one.do)) this.marks.push(one);
  }

  // The call has come so far.
  now(at) {
    this.duration = Math.max(this.duration, at);
    this.wanted = true;
  }

  recolour() {
    const style = getComputedStyle(document.documentElement);
    this.colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.resize();
  }

  resize() {
    const ratio = devicePixelRatio || 1;
    this.width = this.scroller.clientWidth;
    this.canvas.width = this.width * ratio;
    this.canvas.height = HEIGHT * ratio;
    this.canvas.style.width = `${this.width}px`;
    this.canvas.style.height = `${HEIGHT}px`;
    this.pen = this.canvas.getContext("2d");
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.wanted = true;
  }

  tick(ms) {
    this.frame = requestAnimationFrame((ms) => this.tick(ms));
    if (!this.wanted || ms - this.drawnMs < DRAWN_MS) return;
    // Who wants little motion gets a step a second.
    if (this.still.matches && !this.frozen && this.duration - (this.drawn ?? -1) < 1) return;
    this.drawn = this.duration;
    this.drawnMs = ms;
    this.wanted = false;
    const long = Math.max(this.width, INSET + Math.ceil(this.duration * PX_S) + 16);
    this.track.style.width = `${long}px`;
    if (this.followed) this.scroller.scrollLeft = long;
    this.draw();
  }

  draw() {
    const { pen, width } = this;
    const from = (this.scroller.scrollLeft - INSET) / PX_S;
    const to = from + width / PX_S;
    const x = (at) => (at - from) * PX_S;
    pen.clearRect(0, 0, width, HEIGHT);
    this.drawRuler(x, from, to);
    this.drawFloor(x, from, to);
    this.drawLevels("caller", x, from, to);
    this.drawLevels("agent", x, from, to);
    this.drawMarks(x, from, to);
    this.drawNames();
    if (!this.frozen) {
      pen.fillStyle = this.colour("ink");
      pen.fillRect(x(this.duration), LANES.caller[0], 1.5, HEIGHT - LANES.caller[0]);
    }
  }

  drawRuler(x, from, to) {
    const { pen } = this;
    pen.font = `11px ${this.colour("mono")}`;
    pen.textBaseline = "middle";
    for (let at = Math.max(0, Math.floor(from)); at <= Math.ceil(to); at++) {
      const big = at % 5 === 0;
      pen.fillStyle = this.colour("line");
      pen.fillRect(x(at), big ? 4 : 14, 1, big ? 16 : 6);
      pen.fillStyle = this.colour("soft");
      if (big) pen.fillText(`${Math.floor(at / 60)}:${String(at % 60).padStart(2, "0")}`, x(at) + 5, 9);
    }
  }

  drawFloor(x, from, to) {
    const [top, height] = LANES.floor;
    this.floors.forEach(({ at, state }, k) => {
      const end = this.floors[k + 1]?.at ?? this.duration;
      if (end < from || at > to) return;
      this.drawState(state, x(at), top, Math.max(1, x(end) - x(at) - 1), height);
    });
  }

  // Solid: somebody's; framed: free; hatched: both speak.
  drawState(state, left, top, width, height) {
    const { pen } = this;
    const whose = state === "USER" || state.endsWith("_U") ? "caller" : "agent";
    pen.save();
    pen.beginPath();
    pen.roundRect(left, top, width, height, 3);
    pen.clip();
    const free = state.startsWith("FREE");
    pen.fillStyle = this.colour(free ? `${whose}-3` : whose);
    pen.fillRect(left, top, width, height);
    if (free) {
      pen.strokeStyle = this.colour(`${whose}-2`);
      pen.lineWidth = 2;
      pen.stroke();
    } else if (state.startsWith("BOTH")) {
      pen.strokeStyle = this.colour("overlap");
      pen.lineWidth = 3;
      for (let at = left - height; at < left + width; at += 9) {
        pen.beginPath();
        pen.moveTo(at, top + height);
        pen.lineTo(at + height, top);
        pen.stroke();
      }
    }
    pen.restore();
  }

  drawLevels(who, x, from, to) {
    const { pen } = this;
    const [top, height] = LANES[who];
    const levels = this.levels[who];
    pen.fillStyle = this.colour("quiet");
    pen.fillRect(0, who === "caller" ? top + height - 1 : top, this.width, 1);
    pen.fillStyle = this.colour(who);
    const last = Math.min(levels.length - 1, Math.ceil(to * HZ));
    for (let k = Math.max(0, Math.floor(from * HZ)); k <= last; k++) {
      const tall = loudness(levels[k] ?? 0) * height;
      if (tall < 1) continue;
      const at = who === "caller" ? top + height - tall : top;
      pen.fillRect(x(k / HZ), at, PX_S / HZ - 0.5, tall);
    }
  }

  drawMarks(x, from, to) {
    const { pen } = this;
    const middle = LANES.acts[0] + LANES.acts[1] / 2;
    let free = -Infinity;
    for (const one of this.marks) {
      const left = (one.x = Math.max(one.at, free));
      free = left + 19 / PX_S;
      if (left < from - 1 || left > to + 1) continue;
      const colour = this.colour(COLOURS[one.do] ?? "soft");
      pen.fillStyle = this.colour("line");
      pen.fillRect(x(one.at), LANES.agent[0], 1, LANES.acts[0] - LANES.agent[0] + 4);
      pen.globalAlpha = 0.16;
      pen.fillStyle = colour;
      pen.beginPath();
      pen.arc(x(left), middle, 9, 0, 2 * Math.PI);
      pen.fill();
      pen.globalAlpha = 1;
      pen.save();
      pen.translate(x(left) - 5, middle - 5);
      pen.scale(10 / 16, 10 / 16);
      pen.fill(this.shape(one.do));
      pen.restore();
    }
  }

  shape(act) {
    if (!this.icons.has(act)) {
      const path = part(`i-${act}`)?.querySelector("path").getAttribute("d");
      this.icons.set(act, new Path2D(path));
    }
    return this.icons.get(act);
  }

  drawNames() {
    const { pen } = this;
    pen.font = "600 11px system-ui, sans-serif";
    for (const who of ["caller", "agent"]) {
      const words = named("page", who);
      const middle = LANES[who][0] + (who === "caller" ? 8 : LANES[who][1] - 8);
      pen.fillStyle = this.colour("card");
      pen.globalAlpha = 0.8;
      pen.fillRect(0, middle - 8, pen.measureText(words).width + 8, 16);
      pen.globalAlpha = 1;
      pen.fillStyle = this.colour(who);
      pen.fillText(words, 4, middle);
    }
  }

  // Tells of what is under the pointer, or nearest to it.
  point(event) {
    const at = (event.offsetX + this.scroller.scrollLeft - INSET) / PX_S;
    const near = this.marks
      .map((one) => [Math.abs(one.x - at), one])
      .sort(([a], [b]) => a - b)[0];
    if (near && near[0] * PX_S < 12) {
      this.readout.textContent = `${clock(near[1].at)} ${told(near[1])}`;
      return;
    }
    const floor = this.floors.findLast((one) => one.at <= at);
    this.readout.textContent = floor ? `${clock(at)} ${named("floor", floor.state)}` : "";
  }
}

// 0 to 1 of 50 dB.
export function loudness(level) {
  return level > 0 ? Math.max(0, Math.min(1, 1 + (20 * Math.log10(level)) / 50)) : 0;
}
