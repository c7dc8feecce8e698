// Sound from one rate to another, piece by piece and without a seam: a windowed sinc, which is
// needed where a browser will not resample by itself.

const CROSSINGS = 16; // of the sinc on each side
const PHASES = 256; // of the table between two samples

export class Resampler {
  constructor(from, to) {
    this.same = from === to;
    if (this.same) return;
    this.step = from / to; // in samples of the input
    const cutoff = Math.min(1, to / from) * 0.94;
    this.half = Math.ceil(CROSSINGS / cutoff);
    this.kernel = kernel(this.half, cutoff);
    this.kept = new Float32Array(2 * this.half); // what the next output still needs
    this.at = this.half; // of the next output, counted from the first that is kept
  }

  // Float32Array in, Float32Array out; it comes `half` samples late.
  convert(input) {
    if (this.same) return input;
    const given = new Float32Array(this.kept.length + input.length);
    given.set(this.kept);
    given.set(input, this.kept.length);
    const last = given.length - this.half;
    const out = new Float32Array(Math.max(0, Math.ceil((last - this.at) / this.step)));
    let count = 0;
    for (; this.at < last; this.at += this.step) out[count++] = this.sample(given, this.at);
    const from = Math.min(given.length, Math.floor(this.at) - this.half);
    this.kept = given.slice(from);
    this.at -= from;
    return out.subarray(0, count);
  }

  sample(given, at) {
    const whole = Math.floor(at);
    const row = this.kernel[Math.floor((at - whole) * PHASES)];
    let sum = 0;
    for (let k = 0; k < row.length; k++) sum += row[k] * given[whole - this.half + 1 + k];
    return sum;
  }
}

function kernel(half, cutoff) {
  return Array.from({ length: PHASES }, (_, phase) => {
    const row = new Float32Array(2 * half);
    let sum = 0;
    for (let k = 0; k < row.length; k++) {
      const x = k - half + 1 - phase / PHASES;
      const turn = Math.PI * x * cutoff;
      const sinc = turn === 0 ? 1 : Math.sin(turn) / turn;
      const hann = 0.5 + 0.5 * Math.cos((Math.PI * x) / half);
      sum += row[k] = sinc * hann;
    }
    return row.map((value) => value / sum); // a level stays the level that it was
  });
}
