// The agent's sound on its way to the loudspeaker, a little behind so that an uneven network is not
// heard, and gone at once when it is to stop.
//
// In: {say: 16 bits at 24 kHz, item}, {end: item}, {cut: true}.
// Out: {at, level, item, played, waiting} some fifty times a second while there is sound, and
// {cut: item, played, at} for what was cut off, {over: item} for what was heard to its end. `played`:
// samples of the item at 24 kHz that went out; they are what the caller hears.

import { Resampler } from "./resampler.js";

const RATE = 24000;
const LEAD_S = 0.06; // kept back at first
const MOST_LEAD_S = 0.25;
const FADE_S = 0.005; // a sound that ends in no time at all clicks

class Playback extends AudioWorkletProcessor {
  constructor() {
    super();
    this.queue = []; // {item, samples, from} and {item, end}
    this.waiting = 0; // samples in it
    this.flowing = false;
    this.waited = 0;
    this.lead = LEAD_S;
    this.item = null;
    this.played = 0;
    this.power = 0;
    this.count = 0;
    this.fading = new Float32Array(0);
    this.ended = true;
    this.heard = true; // the last report had sound
    this.resampler = null;
    this.coming = null;
    this.port.onmessage = ({ data }) => this.take(data);
  }

  take(data) {
    if (data.cut) return this.cut();
    if (data.end !== undefined) {
      this.queue.push({ item: data.end, end: true });
      return;
    }
    if (data.item !== this.coming) {
      this.coming = data.item;
      this.resampler = new Resampler(RATE, sampleRate);
    }
    const pcm = new Int16Array(data.say);
    const samples = this.resampler.convert(Float32Array.from(pcm, (value) => value / 32768));
    if (!samples.length) return;
    this.queue.push({ item: data.item, samples: samples.slice(), from: 0 });
    this.waiting += samples.length;
  }

  cut() {
    const tail = new Float32Array(Math.min(this.waiting, Math.round(FADE_S * sampleRate)));
    const audible = this.flowing ? this.pull(tail) : 0;
    this.fading = tail.subarray(0, audible).map((value, k) => value * (1 - k / audible));
    const next = this.queue.find((one) => !one.end && one.item !== this.item);
    this.queue = [];
    this.waiting = 0;
    this.flowing = false;
    if (this.item) this.port.postMessage({ cut: this.item, played: this.at24(), at: currentTime });
    // One that had not begun was not heard at all.
    if (next) this.port.postMessage({ cut: next.item, played: 0 });
  }

  at24() {
    return Math.round((this.played * RATE) / sampleRate);
  }

  // Fills `out` from the queue; how much there was.
  pull(out) {
    let count = 0;
    while (count < out.length && this.queue.length) {
      const first = this.queue[0];
      if (first.end) {
        this.queue.shift();
        this.over(first.item);
        continue;
      }
      if (first.item !== this.item) {
        this.item = first.item;
        this.played = 0;
      }
      this.ended = false;
      const some = Math.min(out.length - count, first.samples.length - first.from);
      out.set(first.samples.subarray(first.from, first.from + some), count);
      first.from += some;
      count += some;
      this.played += some;
      this.waiting -= some;
      if (first.from === first.samples.length) this.queue.shift();
    }
    return count;
  }

  over(item) {
    this.ended = true; // until more comes
    this.port.postMessage({ over: item });
    if (!this.queue.length) this.flowing = false;
  }

  // Whether to begin: there is enough, or no more will come, or what there is has waited enough.
  ready() {
    if (!this.queue.length) return false;
    this.waited += 128 / sampleRate;
    return (
      this.waiting >= this.lead * sampleRate ||
      this.queue.some((one) => one.end) ||
      this.waited > 2 * this.lead
    );
  }

  process(_, [output]) {
    const out = output[0];
    if (this.fading.length) {
      out.set(this.fading.subarray(0, out.length));
      this.fading = this.fading.subarray(out.length);
    } else if (this.flowing || this.ready()) {
      if (!this.flowing) {
        this.flowing = true;
        this.waited = 0;
      }
      const there = this.pull(out);
      if (there < out.length && this.flowing && !this.ended) {
        // The network was slower than that: from now on more is kept back.
        this.lead = Math.min(MOST_LEAD_S, this.lead * 1.5);
      }
      if (there < out.length) {
        this.flowing = false;
        this.waited = 0;
      }
    }
    for (let channel = 1; channel < output.length; channel++) output[channel].set(out);
    this.report(out);
    return true;
  }

  report(out) {
    for (const sample of out) this.power += sample * sample;
    this.count += out.length;
    if (this.count < sampleRate / 50) return;
    const level = Math.sqrt(this.power / this.count);
    this.power = this.count = 0;
    const sounding = level > 0 || this.flowing;
    if (sounding || this.heard) {
      const { item } = this;
      const waiting = this.waiting / sampleRate;
      this.port.postMessage({ at: currentTime, level, item, played: this.at24(), waiting });
    }
    this.heard = sounding;
  }
}

registerProcessor("playback", Playback);
