// The microphone's sound in pieces of 20 ms: 16 bits at 24 kHz, as the server wants it. Without a
// microphone, or while it is muted, it is silence: a call goes on.

import { Resampler } from "./resampler.js";

const RATE = 24000;
const PIECE = RATE / 50;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.muted = false;
    this.resampler = new Resampler(sampleRate, RATE);
    this.begin();
    this.port.onmessage = ({ data }) => {
      this.muted = data.muted;
    };
  }

  begin() {
    this.piece = new Int16Array(PIECE);
    this.count = 0;
    this.power = 0;
  }

  process([input]) {
    const channel = this.muted ? undefined : input[0];
    for (const sample of this.resampler.convert(channel ?? new Float32Array(128))) {
      const kept = Math.max(-1, Math.min(1, sample));
      this.piece[this.count++] = Math.round(kept * 32767);
      this.power += kept * kept;
      if (this.count === PIECE) {
        const level = Math.sqrt(this.power / PIECE);
        this.port.postMessage({ pcm: this.piece.buffer, level, at: currentTime }, [
          this.piece.buffer,
        ]);
        this.begin();
      }
    }
    return true;
  }
}

registerProcessor("capture", Capture);
