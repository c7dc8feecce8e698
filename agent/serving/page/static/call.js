// One call: the line, the sound, and what is shown of it.

import { Behind } from "./behind.js";
import { Captions } from "./captions.js";
import { Decisions } from "./decisions.js";
import { Floor } from "./floor.js";
import { decoded, Line } from "./line.js";
import { part } from "./parts.js";
import { Plan } from "./plan.js";
import { Said } from "./said.js";
import { Sound } from "./sound.js";
import { loudness, Timeline } from "./timeline.js";

const MOST_SEEN = 6; // times of the server's: the shortest way of one of so many
const FAREWELL_MS = 2000; // what was said last may sound for so long after the call

export class Call {
  // `told`: {begun(), note(key, values), refused(), over(ended, code)}
  constructor(told) {
    this.told = told;
    this.captions = new Captions(part("captions"), part("live"));
    this.decisions = new Decisions(part("decisions"));
    this.floor = new Floor();
    this.plan = new Plan();
    this.timeline = new Timeline();
    this.sound = new Sound({
      captured: (...piece) => this.captured(...piece),
      played: (report) => this.played(report),
      cut: (item, played) => this.said.wasCut(item, played),
      over: (item) => this.captions.agentOver(item),
      lost: () => told.note("page.error.microphone_lost"),
    });
    this.said = new Said(this.sound, this.captions, (event) => this.line.send(event));
    this.behind = new Behind();
    this.id = null;
    this.ended = null;
    this.live = false; // the server hears
    this.offsets = []; // of the call's time to the machine's (s), as they were last seen
  }

  // Throws as Sound.open does.
  async begin(policy, token, withMicrophone) {
    await this.sound.open(withMicrophone);
    this.line = new Line(policy, token, {
      event: (event) => this.event(event),
      closed: (code) => this.closed(code),
      lost: (seconds) => this.told.note("page.error.slow", { s: seconds.toFixed(1) }),
    });
  }

  // The call's time now (s): the server's own times, by the shortest way that one of them took.
  now() {
    return this.offsets.length ? performance.now() / 1000 - Math.min(...this.offsets) : 0;
  }

  saw(at) {
    this.offsets.push(performance.now() / 1000 - at);
    if (this.offsets.length > MOST_SEEN) this.offsets.shift();
  }

  captured(pcm, level, at) {
    // What is sent before the call is open waits there, and the caller is heard late.
    if (!this.live || this.ended) return;
    const seconds = performance.now() / 1000;
    if (!this.behind.leavesOut(at, seconds, level, this.line.held)) this.line.sound(pcm);
    const now = this.now();
    this.timeline.level("caller", now, level);
    this.timeline.now(now);
    part("meter-caller").style.setProperty("--level", loudness(level));
    const whole = Math.floor(now);
    part("elapsed").textContent = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  }

  played(report) {
    this.said.played(report);
    this.timeline.level("agent", this.now(), report.level);
    part("meter-agent").style.setProperty("--level", loudness(report.level));
    if (this.ended && !report.waiting && !report.level) this.sound.close();
  }

  event(event) {
    const { captions, said } = this;
    const { item_id: item } = event;
    const now = this.now();
    switch (event.type) {
      case "session.created":
        this.id = event.session.id.replace(/^sess_/, "");
        this.line.send({ type: "session.update", session: { type: "realtime" } });
        this.told.begun();
        break;
      case "response.output_item.added":
        if (event.item.type === "message") said.begins(event.item.id, now);
        break;
      case "response.output_audio.delta":
        said.pcm(item, decoded(event.delta));
        break;
      case "response.output_audio_transcript.delta":
        said.words(item, event.delta);
        break;
      case "response.output_audio.done":
        said.over(item);
        break;
      case "response.done":
        for (const { id } of event.response.output) {
          said.finished(id, event.response.status === "cancelled");
        }
        break;
      case "input_audio_buffer.speech_started":
        said.interrupted();
        captions.callerBegins(item, event.audio_start_ms / 1000);
        break;
      case "conversation.item.input_audio_transcription.delta":
        captions.callerWords(item, event.delta, now);
        break;
      case "conversation.item.input_audio_transcription.completed":
        captions.callerDone(item, event.transcript, now);
        break;
      case "conversation.item.deleted":
        captions.remove(item);
        break;
      case "conversation.item.added":
        this.added(event.item, now);
        break;
      case "kairos.call_began":
        this.live = true;
        this.floor.begins();
        this.saw(0);
        break;
      case "kairos.floor":
        this.saw(event.at);
        this.floor.show(event.to);
        this.timeline.floor(event.at, event.to);
        break;
      case "kairos.decision":
        this.decided(event);
        break;
      case "kairos.plan":
        this.saw(event.at);
        this.plan.show(event);
        break;
      case "kairos.call_ended":
        this.ended = event;
        break;
      case "error":
        this.told.note("page.error.server", { why: event.error.message });
        break;
    }
  }

  added(item, now) {
    const [content] = item.content ?? [];
    if (item.role === "user" && content?.type === "input_text") {
      this.captions.callerDone(item.id, content.text, now);
    }
  }

  decided(decision) {
    this.saw(decision.at);
    this.decisions.add(decision);
    this.timeline.decision(decision);
    if (decision.do === "say") this.captions.willSay(decision.text ?? "", decision.kind);
    if (decision.do === "disregard") this.captions.nothing();
  }

  closed(code) {
    this.timeline.freeze();
    this.sound.deaf();
    if (this.said.waiting) setTimeout(() => this.sound.close(), FAREWELL_MS);
    else this.sound.close();
    if (this.id) this.told.over(this.ended, code);
    else this.told.refused();
  }

  hangUp() {
    this.said.stop();
    this.line.send({ type: "kairos.hang_up" });
  }

  mute(muted) {
    this.sound.mute(muted);
  }

  press(digit) {
    this.line.send({ type: "kairos.dtmf", digit });
  }

  write(text) {
    const item = { type: "message", role: "user", content: [{ type: "input_text", text }] };
    this.line.send({ type: "conversation.item.create", item });
    this.line.send({ type: "response.create" });
  }

  // In the language that is spoken now.
  say() {
    this.decisions.say();
    this.timeline.wanted = true;
  }

  // The page goes back to its beginning.
  async leave() {
    this.timeline.remove();
    await this.sound.close();
  }
}
