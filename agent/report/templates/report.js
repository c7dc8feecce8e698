"use strict";
// The time line, the player and the conversation show one moment: `now`, in seconds of the call.
(() => {
  const one = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const track = one("#track"), scroller = one("#scroller"), overview = one("#overview");
  const frame = one("#window"), tip = one("#tip"), audio = one("#audio"), play = one("#play");
  const duration = Number(track.dataset.duration);
  const lines = all(".talk li").map((li) => [Number(li.dataset.from), Number(li.dataset.to), li]);
  const spoken = [".words.caller .w", ".words.agent .w"].map((lane) => ({ words: all(lane), lit: null }));
  const READING = 120, FAR = 75, CLOSEST = 400;
  const ticks = all(".tick").map((tick) => [Number(tick.dataset.at), tick]);
  let now = 0, zoom = READING, tipped = null;

  const clock = (s) => {
    const tenths = Math.round(s * 10);
    return `${Math.floor(tenths / 600)}:${((tenths % 600) / 10).toFixed(1).padStart(4, "0")}`;
  };
  const pixel = () => track.clientWidth / duration;
  const fit = () => scroller.clientWidth / duration;

  function showWindow() {
    const left = scroller.scrollLeft / track.clientWidth, width = scroller.clientWidth / track.clientWidth;
    frame.style.left = `${100 * left}%`;
    frame.style.width = `${100 * Math.min(1, width)}%`;
    frame.style.visibility = width > 0.995 ? "hidden" : "visible";
  }

  function setZoom(wanted, anchor) {
    const at = (scroller.scrollLeft + anchor) / pixel();
    zoom = Math.min(CLOSEST, Math.max(fit(), wanted));
    track.style.setProperty("--pps", zoom);
    track.classList.toggle("far", pixel() < FAR);
    const apart = [1, 2, 5, 10, 30, 60, 120, 300].find((s) => s * pixel() >= 64) ?? 600;
    for (const [second, tick] of ticks) tick.classList.toggle("quiet", second % apart !== 0);
    scroller.scrollLeft = at * pixel() - anchor;
    showWindow();
  }

  function show(at, follow) {
    now = Math.min(duration, Math.max(0, at));
    for (const head of all(".playhead")) head.style.left = `${(100 * now) / duration}%`;
    one("#now").textContent = clock(now);
    overview.setAttribute("aria-valuenow", now.toFixed(1));
    overview.setAttribute("aria-valuetext", clock(now));
    const x = now * pixel() - scroller.scrollLeft, width = scroller.clientWidth;
    if (follow && (x < 0 || x > width * 0.85)) scroller.scrollLeft = now * pixel() - width * 0.15;
    for (const lane of spoken) light(lane);
    for (const [from, to, li] of lines) li.classList.toggle("now", now > 0 && from <= now && now < to);
  }

  function light(lane) {
    let low = 0, high = lane.words.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Number(lane.words[middle].dataset.from) <= now) low = middle + 1;
      else high = middle;
    }
    const word = low && now < Number(lane.words[low - 1].dataset.to) ? lane.words[low - 1] : null;
    if (word === lane.lit) return;
    lane.lit?.classList.remove("now");
    word?.classList.add("now");
    lane.lit = word;
  }

  function seek(at) {
    show(at, true);
    if (audio) audio.currentTime = now;
  }

  function step() {
    show(audio.currentTime, true);
    if (!audio.paused) requestAnimationFrame(step);
  }

  if (audio) {
    const label = (playing) => {
      play.setAttribute("aria-label", playing ? play.dataset.pause : play.dataset.play);
      play.querySelector("use").setAttribute("href", playing ? "#i-pause" : "#i-play");
    };
    play.addEventListener("click", () => (audio.paused ? audio.play() : audio.pause()));
    audio.addEventListener("play", () => { label(true); step(); });
    audio.addEventListener("pause", () => label(false));
    const speeds = [1, 1.5, 2, 0.5];
    one("#speed").addEventListener("click", (event) => {
      audio.playbackRate = speeds[(speeds.indexOf(audio.playbackRate) + 1) % speeds.length];
      event.target.textContent = `${audio.playbackRate}×`;
    });
  }

  function hideTip() {
    tipped = null;
    tip.hidden = true;
  }

  function showTip(mark) {
    tipped = mark;
    tip.replaceChildren(...[...mark.querySelector(".tip-text").childNodes].map((node) => node.cloneNode(true)));
    tip.hidden = false;
    const at = mark.getBoundingClientRect(), box = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(12, Math.min(at.left - 14, innerWidth - box.width - 12))}px`;
    tip.style.top = `${at.top > box.height + 14 ? at.top - box.height - 10 : at.bottom + 10}px`;
  }
  for (const mark of all(".mark, .flag, .moment-mark")) {
    for (const event of ["mouseenter", "focus"]) mark.addEventListener(event, () => showTip(mark));
    for (const event of ["mouseleave", "blur"]) mark.addEventListener(event, hideTip);
  }

  // The evidence of one moment, right below the time line; the list further down has them all.
  function showMoment(mark) {
    const panel = one("#panel"), moment = document.getElementById(mark.dataset.moment);
    for (const other of all(".moment-mark")) other.classList.toggle("chosen", other === mark);
    const copy = moment.cloneNode(true);
    copy.removeAttribute("id");
    copy.open = true;
    panel.replaceChildren(copy);
    panel.hidden = false;
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-t]");
    if (!target) return;
    seek(Number(target.dataset.t));
    if (target.matches(".moment-mark")) {
      event.preventDefault();
      hideTip();
      showMoment(target);
    }
    if (target.matches(".mark, .flag")) showTip(target);
  });
  track.addEventListener("click", (event) => {
    if (!event.target.closest("[data-t]")) seek((event.clientX - track.getBoundingClientRect().left) / pixel());
  });

  const point = (event) => {
    const box = overview.getBoundingClientRect();
    seek(((event.clientX - box.left) / box.width) * duration);
    scroller.scrollLeft = now * pixel() - scroller.clientWidth / 2;
  };
  overview.addEventListener("pointerdown", (event) => { overview.setPointerCapture(event.pointerId); point(event); });
  overview.addEventListener("pointermove", (event) => { if (event.buttons) point(event); });

  const zooms = { in: () => zoom * 1.5, out: () => zoom / 1.5, fit };
  for (const button of all("[data-zoom]"))
    button.addEventListener("click", () => setZoom(zooms[button.dataset.zoom](), scroller.clientWidth / 2));
  scroller.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    setZoom(zoom * Math.exp(-event.deltaY / 300), event.clientX - scroller.getBoundingClientRect().left);
  }, { passive: false });
  scroller.addEventListener("scroll", () => { if (tipped) showTip(tipped); showWindow(); });
  addEventListener("resize", () => setZoom(zoom, 0));

  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, summary") || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      ArrowLeft: () => seek(now - 1), ArrowRight: () => seek(now + 1),
      Home: () => seek(0), End: () => seek(duration),
      "+": () => setZoom(zoom * 1.5, scroller.clientWidth / 2), "-": () => setZoom(zoom / 1.5, scroller.clientWidth / 2),
      Escape: hideTip,
    };
    if (event.key === " " && play && !event.target.closest("button, a")) play.click();
    else if (event.key in keys && (event.target === document.body || event.target.closest("#overview, #scroller, #play"))) keys[event.key]();
    else return;
    event.preventDefault();
  });

  // `report.html#t=37.5` opens at that moment; else a failed check does, else the beginning.
  const linked = /^#t=([0-9.]+)$/.exec(location.hash), failure = one(".flag");
  setZoom(READING, 0);
  const lead = Math.min(3, (0.6 * scroller.clientWidth) / pixel());
  const asked = all(".moment-mark").find((mark) => `#${mark.dataset.moment}` === location.hash);
  if (asked) showMoment(asked);
  seek(linked ? Number(linked[1]) : asked ? Number(asked.dataset.t) : failure ? Number(failure.dataset.t) - lead : 0);
})();
