// The connection: events of the OpenAI Realtime protocol, each way, over a WebSocket.

const MOST_BUFFERED = 32 * 1024; // bytes that the browser may have to send: half a second of sound
const BYTES_S = 68000; // of sound, as it is sent
const MOST_PIECES = 50; // of 20 ms that wait behind them; the oldest goes

export class Line {
  // `told`: {event(event), closed(code), lost(seconds)}
  constructor(policy, token, told) {
    const address = new URL("v1/realtime", document.baseURI);
    address.protocol = address.protocol.replace("http", "ws");
    address.searchParams.set("model", policy);
    const protocols = ["realtime"];
    if (token) protocols.push(`openai-insecure-api-key.${token}`);
    this.told = told;
    this.pieces = [];
    this.lost = 0;
    this.socket = new WebSocket(address, protocols);
    this.socket.onmessage = ({ data }) => told.event(JSON.parse(data));
    this.socket.onclose = ({ code }) => told.closed(code);
  }

  send(event) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(event));
  }

  // Seconds of sound that the network has not taken yet.
  get held() {
    return this.socket.bufferedAmount / BYTES_S + this.pieces.length * 0.02;
  }

  // The caller's next 20 ms. A network that is too slow gets the newest.
  sound(pcm) {
    this.pieces.push(pcm);
    while (this.pieces.length && this.socket.bufferedAmount < MOST_BUFFERED) {
      this.send({ type: "input_audio_buffer.append", audio: encoded(this.pieces.shift()) });
    }
    while (this.pieces.length > MOST_PIECES) {
      this.pieces.shift();
      this.lost += 0.02;
      this.told.lost(this.lost);
    }
  }

  close() {
    this.socket.close();
  }
}

function encoded(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer)));
}

export function decoded(text) {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer;
}
