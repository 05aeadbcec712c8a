// The border between the answers and the source. It is dragged, or moved with the arrow keys; a double click, or Enter,
// puts it back into the middle. The browser remembers where it was left.

import { loadSplit, saveSplit } from "./store.js";

const middle = 50; // per cent of the window that the answers take
const step = 2;
const least = 320; // pixels of each side, as chat.css says

let wanted = middle; // as it was left; a window that is too small for it shows the nearest that fits

const border = () => document.getElementById("border");
const panes = () => document.getElementById("panes");

// The least and the most that the answers can take of this window.
function range() {
  const part = Math.min(middle, Math.ceil((least / (panes().clientWidth || 1)) * 100));
  return [part, 100 - part];
}

function show() {
  const [from, to] = range();
  const now = Math.min(Math.max(wanted, from), to);
  panes().style.setProperty("--answers", `${now}%`);
  border().ariaValueMin = String(from);
  border().ariaValueMax = String(to);
  border().ariaValueNow = String(Math.round(now));
  border().ariaValueText = `The answers take ${Math.round(now)}% of the width`;
  return now;
}

function move(part) {
  wanted = part;
  wanted = show();
}

function leave(part) {
  move(part);
  saveSplit(wanted);
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const [from, to] = range();
  const now = Number(border().ariaValueNow);
  const by = event.shiftKey ? 5 * step : step;
  const places = { ArrowLeft: now - by, ArrowRight: now + by, Home: from, End: to, Enter: middle };
  if (!(event.key in places)) return;
  event.preventDefault();
  leave(places[event.key]);
}

// While it is dragged the frame takes no part, or it would swallow the pointer.
function drag(event) {
  if (event.button !== 0) return;
  border().setPointerCapture(event.pointerId);
  const { left, width } = panes().getBoundingClientRect();
  const beside = event.clientX - border().getBoundingClientRect().left; // where on the border it was taken
  const to = (pointer) => move(((pointer.clientX - beside - left) / width) * 100);
  const end = () => {
    border().removeEventListener("pointermove", to);
    panes().classList.remove("dragged");
    saveSplit(wanted);
  };
  panes().classList.add("dragged");
  border().addEventListener("pointermove", to);
  border().addEventListener("lostpointercapture", end, { once: true });
}

export function startSplit() {
  wanted = loadSplit() ?? middle;
  show();
  addEventListener("resize", show);
  border().addEventListener("keydown", pressed);
  border().addEventListener("pointerdown", drag);
  border().addEventListener("dblclick", () => leave(middle));
}
