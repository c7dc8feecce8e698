// The microphone and the loudspeaker of one call.
//
// Echo cancellation is on: most callers have a loudspeaker beside their microphone, and the agent
// must not hear itself. Gain control is on: laptops' microphones differ by 20 dB. Noise suppression
// is off: it swallows soft beginnings and the "mm" of somebody who is still thinking, which is what
// turns are told by; the server's ears measure the noise themselves.

const RATE = 24000;
const WANTED = {
  channelCount: 1,
  echoCancellation: true,
  autoGainControl: true,
  noiseSuppression: false,
};

export class Sound {
  // `told`: {captured(pcm, level, at), played(report), cut(item, played), over(item), lost()}
  constructor(told) {
    this.told = told;
  }

  // Is to be called from a click: phones let nothing sound otherwise. Throws DOMException as
  // getUserMedia does.
  async open(withMicrophone) {
    if (navigator.audioSession) navigator.audioSession.type = "play-and-record";
    // The browser is to convert both ways, where it can.
    this.context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
    try {
      if (withMicrophone) {
        this.stream = await navigator.mediaDevices.getUserMedia({ audio: WANTED });
        const [track] = this.stream.getAudioTracks();
        track.addEventListener("ended", () => this.told.lost());
      }
      await this.connect();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async connect() {
    const microphone = await this.source();
    for (const name of ["capture", "playback"]) {
      await this.context.audioWorklet.addModule(new URL(`${name}.worklet.js`, import.meta.url));
    }
    const mono = { channelCount: 1, channelCountMode: "explicit" };
    this.capture = new AudioWorkletNode(this.context, "capture", mono);
    this.playback = new AudioWorkletNode(this.context, "playback", {
      numberOfInputs: 0,
      outputChannelCount: [1],
    });
    this.capture.port.onmessage = ({ data }) => this.told.captured(data.pcm, data.level, data.at);
    this.playback.port.onmessage = ({ data }) => this.hear(data);
    microphone?.connect(this.capture);
    // It gives nothing out, but is asked for something only when it leads somewhere.
    this.capture.connect(this.context.destination);
    this.playback.connect(this.context.destination);
    await this.context.resume();
  }

  async source() {
    if (!this.stream) return null;
    try {
      return this.context.createMediaStreamSource(this.stream);
    } catch (error) {
      if (error.name !== "NotSupportedError") throw error;
      // Some browsers join no microphone to a context of another rate: the worklets convert.
      await this.context.close();
      this.context = new AudioContext({ latencyHint: "interactive" });
      return this.context.createMediaStreamSource(this.stream);
    }
  }

  hear(data) {
    if (data.cut !== undefined) this.told.cut(data.cut, data.played);
    else if (data.over !== undefined) this.told.over(data.over);
    else this.told.played(data);
  }

  say(item, pcm) {
    this.playback.port.postMessage({ say: pcm, item }, [pcm]);
  }

  end(item) {
    this.playback.port.postMessage({ end: item });
  }

  cut() {
    this.playback.port.postMessage({ cut: true });
  }

  mute(muted) {
    this.capture.port.postMessage({ muted });
  }

  // The microphone is let go; what is being said goes on.
  deaf() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
  }

  async close() {
    this.deaf();
    if (this.context && this.context.state !== "closed") await this.context.close();
  }
}
