// The page: from the lobby to a call to its end, and back.

import { Call } from "./call.js";
import { Ending } from "./ending.js";
import { Keypad } from "./keypad.js";
import { Lobby } from "./lobby.js";
import { part } from "./parts.js";
import * as server from "./server.js";
import { choose, language, LANGUAGES, preferred, t } from "./words.js";

const ADVICE = {
  NotAllowedError: "page.error.denied",
  NotFoundError: "page.error.no_microphone",
  NotReadableError: "page.error.microphone_busy",
  SyntaxError: "page.error.token_unsendable",
};

let call = null;
let awake = null;
const lobby = new Lobby(start);
const ending = new Ending();
const keypad = new Keypad((digit) => call?.press(digit));

function shown(view) {
  document.body.dataset.view = view;
  part("lobby").hidden = view !== "lobby";
  part("call").hidden = view === "lobby";
  part("controls").hidden = view !== "call";
}

function note(key, values) {
  part("note").hidden = !key;
  part("note").textContent = key ? t(key, values) : "";
}

async function start(policy, microphone) {
  lobby.clear();
  part("start").disabled = part("type-instead").disabled = true;
  shown("call");
  part("controls").hidden = true;
  ending.hide();
  note(null);
  call = new Call({ begun, note, over, refused });
  try {
    await call.begin(policy, server.token(), microphone);
  } catch (error) {
    await back();
    const key = ADVICE[error.name] ?? "page.error.sound";
    lobby.fail(key, { why: error.message });
  } finally {
    part("start").disabled = part("type-instead").disabled = false;
  }
  part("mute").hidden = !microphone;
  setMute(false);
}

async function begun() {
  part("controls").hidden = false;
  part("call-title").focus();
  try {
    // A phone's screen stays on; whoever cannot do that does without.
    awake = await navigator.wakeLock?.request("screen");
  } catch {
    awake = null;
  }
}

async function over(ended, code) {
  awake?.release();
  keypad.open(false);
  shown("ended");
  await ending.show(call.id, ended, code);
}

async function refused() {
  await back();
  await lobby.refused();
}

async function back() {
  await call?.leave();
  call = null;
  shown("lobby");
  part("start").focus();
}

function setMute(muted) {
  part("mute").setAttribute("aria-pressed", String(muted));
  part("mute-words").dataset.t = muted ? "page.unmute" : "page.mute";
  part("mute-words").textContent = t(part("mute-words").dataset.t);
  call?.mute(muted);
}

part("mute").onclick = () => setMute(part("mute").getAttribute("aria-pressed") !== "true");
part("hang-up").onclick = () => call.hangUp();
part("again").onclick = async () => {
  await back();
  await lobby.open();
};
part("write").onsubmit = (event) => {
  event.preventDefault();
  const text = part("message").value.trim();
  if (text) call.write(text);
  part("message").value = "";
};

async function speak(which) {
  await choose(which);
  for (const one of LANGUAGES) {
    part(`language-${one}`).setAttribute("aria-pressed", String(one === language()));
  }
  call?.say();
}

for (const one of LANGUAGES) part(`language-${one}`).onclick = () => speak(one);

shown("lobby");
await speak(preferred());
await lobby.open();
