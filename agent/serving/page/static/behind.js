// How far the server hears behind the caller, and making up for it.
//
// The server hears 20 ms every 20 ms. Where nothing came it heard silence instead, and what was
// held up waits there behind it: from then on it hears everything that much later, also that the
// caller interrupts. So of what is quiet as much is left out.

const PIECE_S = 0.02;
const MOST_S = 0.065; // that is no matter: an uneven line wants as much
const DRIFT_S = 2e-5; // a piece: no two clocks are the same
const RISE = 1.01; // of what counts as the room's own noise, a piece
const SILENT = 1e-4;

export class Behind {
  constructor() {
    this.seconds = 0;
    this.shortest = Infinity;
    this.floor = Infinity;
  }

  // Whether a piece is to be left out. `at`: when it ended, by the sound's clock; `now`: by the
  // machine's; `held`: seconds of sound that the network has not taken yet.
  leavesOut(at, now, level, held) {
    this.shortest = Math.min(this.shortest + DRIFT_S, now - at);
    this.seconds = Math.max(this.seconds, now - at - this.shortest, held);
    this.floor = Math.max(SILENT, Math.min(level, this.floor * RISE));
    const quiet = level <= 2 * this.floor;
    if (this.seconds <= MOST_S || !quiet) return false;
    this.seconds -= PIECE_S;
    return true;
  }
}
