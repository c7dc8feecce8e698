// What the agent says, between the network and the caller's ear: what was heard of each item, what
// was cut off, and telling the server so.

const TAIL_S = 0.2; // of what was said to its end: it is let sound, though the caller speaks
const PER_MS = 24; // samples

export class Said {
  // `send`: an event for the server.
  constructor(sound, captions, send) {
    this.sound = sound;
    this.captions = captions;
    this.send = send;
    this.items = new Map(); // {received, finished, silenced, heard}
    this.current = null;
    this.waiting = 0; // seconds that the loudspeaker has not had yet
  }

  begins(item, at) {
    this.current = item;
    this.items.set(item, { received: 0, finished: false, silenced: false, heard: null });
    this.captions.agentBegins(item, at);
  }

  words(item, words) {
    this.captions.agentWords(item, words, this.items.get(item).received);
  }

  pcm(item, pcm) {
    const known = this.items.get(item);
    known.received += pcm.byteLength / 2;
    if (!known.silenced) this.sound.say(item, pcm);
  }

  // No more sound of it comes.
  over(item) {
    if (!this.items.get(item).silenced) this.sound.end(item);
  }

  finished(item, cancelled) {
    const known = this.items.get(item);
    if (!known) return;
    known.finished = true;
    if (cancelled && !known.silenced) this.stop();
    this.truncate(item);
  }

  // The caller speaks.
  interrupted() {
    const known = this.items.get(this.current);
    if (known && (!known.finished || this.waiting > TAIL_S)) this.stop();
  }

  // Silence, now.
  stop() {
    const known = this.items.get(this.current);
    if (!known) return;
    known.silenced = true;
    if (!known.received) known.heard = 0;
    this.sound.cut();
  }

  played({ item, played, waiting }) {
    this.waiting = waiting;
    if (item) this.captions.agentHeard(item, played);
  }

  // The loudspeaker has had so many samples of it, and gets no more.
  wasCut(item, played) {
    this.waiting = 0;
    const known = this.items.get(item);
    if (!known) return;
    if (known.finished && this.whole(known, played)) return this.captions.agentOver(item);
    known.heard = played;
    this.captions.agentCut(item, played);
    this.truncate(item);
  }

  // All of it, but for what stays in a conversion of rates.
  whole(known, played) {
    return known.received - played < 2 * PER_MS;
  }

  // What the agent remembers is to be what was heard. Not before it has stopped by itself: it may
  // go on later with what is only broken off, and not with what a client had stopped.
  truncate(item) {
    const known = this.items.get(item);
    if (!known.finished || known.heard === null || this.whole(known, known.heard)) return;
    const audio_end_ms = Math.floor(known.heard / PER_MS);
    this.send({ type: "conversation.item.truncate", item_id: item, content_index: 0, audio_end_ms });
    known.heard = null;
  }
}
