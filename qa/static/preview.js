// A citation that is pointed at, or reached by the keyboard, shows its passage: the words in their sentence, and what
// stands around it. It is read from the page of the source, which marks them. Nothing of this where the source lies over
// the page (a narrow window), nor for a finger.

import { narrow } from "./sheet.js";

const wait = 400; // milliseconds before it shows, so that a pointer on its way elsewhere calls up nothing
const grace = 250; // milliseconds in which the pointer may cross to it
const around = 240; // characters on each side of the sentence
const longest = 600; // characters of the words, and of their sentence on each side of them
const most = 50; // passages that are kept
const gap = 8; // pixels

const kept = new Map(); // address -> its passage
let link = null; // the citation whose passage is shown, or will be
let shut = null; // one whose passage was closed: it shows no more until it is left
let timer = 0;

const box = () => document.getElementById("preview");
const citation = (target) => target.closest?.('#conversation a[target=source][href*="start="]') ?? null;

// ---------------------------------------------------------------- the passage

// The text of a range, at most so many characters; what is cut off is what lies farthest from the words. The lines of a
// page break a sentence anywhere; what stands around it keeps its lines.
function words(range, length, { isBefore = false, keepsLines = false } = {}) {
  const all = [...range.toString().replace(/\s+/g, (gap) => (keepsLines && gap.includes("\n") ? "\n" : " "))];
  if (all.length <= length) return all.join("");
  if (isBefore) return `… ${all.slice(-length).join("").replace(/^\S*\s+/, "")}`;
  return `${all.slice(0, length).join("").replace(/\s+\S*$/, "")} …`;
}

function between(holder, start, end) {
  const range = holder.ownerDocument.createRange();
  range.selectNodeContents(holder);
  if (start) range.setStartAfter(start);
  if (end) range.setEndBefore(end);
  return range;
}

function across(first, last) {
  const range = first.ownerDocument.createRange();
  range.setStartBefore(first);
  range.setEndAfter(last);
  return range;
}

// What of the page of a source is shown here; null where it marks no words.
function passage(page) {
  const marks = [...page.querySelectorAll("main mark")];
  if (!marks.length) return null;
  const [first, last] = [marks[0], marks.at(-1)];
  const row = first.closest("tr, li");
  const holder = row?.contains(last) ? row : page.querySelector("main"); // of a table its row, else the text around
  const quoted = [...holder.querySelectorAll(".quote, mark")];
  const [begin, end] = [quoted[0], quoted.at(-1)];
  const lead = between(holder, null, first);
  lead.setStartBefore(begin);
  const rest = between(holder, last, null);
  rest.setEndAfter(end);
  return {
    title: page.querySelector("h1").textContent,
    parts: [
      ["", words(between(holder, null, begin), around, { isBefore: true, keepsLines: true }).trimStart()],
      ["quote", words(lead, longest, { isBefore: true })],
      ["mark", words(across(first, last), longest)],
      ["quote", words(rest, longest)],
      ["", words(between(holder, end, null), around, { keepsLines: true }).trimEnd()],
    ],
  };
}

async function read(address) {
  if (kept.has(address)) return kept.get(address);
  const response = await fetch(address.replace("#", "&as=text#")); // of a PDF its text, no picture
  const page = new DOMParser().parseFromString(response.ok ? await response.text() : "", "text/html");
  const found = passage(page);
  if (response.ok) kept.set(address, found);
  if (kept.size > most) kept.delete(kept.keys().next().value);
  return found;
}

// ---------------------------------------------------------------- showing it

function written(name, text, kind = "") {
  const made = document.createElement(name);
  made.className = kind;
  made.dir = "auto";
  made.textContent = text;
  return made;
}

function fill({ title, parts }, facts) {
  const quote = document.createElement("blockquote");
  quote.dir = "auto";
  for (const [kind, text] of parts) {
    if (text) quote.append(kind === "mark" ? written("mark", text) : written("span", text, kind));
  }
  box().replaceChildren(written("strong", title), written("small", facts), quote);
}

// Beside the card, over the source, where there is room and nothing of the card between; else under or over the quote.
function put(by) {
  const card = (by.closest(".card") ?? by).getBoundingClientRect();
  const at = (by.closest(".evidence") ?? by).getBoundingClientRect();
  const { width, height } = box().getBoundingClientRect();
  const isBeside = card.right - at.right < 48 && card.right + gap + width <= innerWidth - gap;
  const under = at.bottom + gap + height <= innerHeight - gap ? at.bottom + gap : at.top - gap - height;
  const left = isBeside ? card.right + gap : Math.min(at.left, innerWidth - gap - width);
  const top = isBeside ? Math.min(at.top, innerHeight - gap - height) : under;
  box().style.left = `${Math.max(gap, left)}px`;
  box().style.top = `${Math.max(gap, top)}px`;
}

async function show(by) {
  let found = null;
  try {
    found = await read(by.getAttribute("href"));
  } catch {
    // the chat does not answer: a click says so
  }
  if (!found || by !== link || !by.checkVisibility()) return;
  fill(found, by.querySelector(".facts")?.textContent ?? "");
  box().hidden = false;
  put(by);
  by.setAttribute("aria-describedby", "preview");
}

function want(by) {
  clearTimeout(timer);
  if (by === link) return;
  hide();
  if (narrow.matches || by === shut) return;
  link = by;
  timer = setTimeout(show, wait, by);
}

function hide() {
  clearTimeout(timer);
  link?.removeAttribute("aria-describedby");
  link = null;
  box().hidden = true;
}

function leave() {
  clearTimeout(timer);
  if (box().hidden) hide();
  else timer = setTimeout(hide, grace);
}

// Returns whether there was anything to close.
export function closePreview() {
  const isOpen = !box().hidden;
  shut = link ?? shut;
  hide();
  return isOpen;
}

export function startPreview() {
  const talk = document.getElementById("conversation");
  talk.addEventListener("pointerover", (event) => {
    const by = event.pointerType === "mouse" ? citation(event.target) : null;
    if (by) want(by);
  });
  talk.addEventListener("pointerout", (event) => {
    const by = citation(event.target);
    if (!by) return;
    if (!by.contains(event.relatedTarget)) shut = null;
    leave();
  });
  talk.addEventListener("focusin", (event) => {
    const by = citation(event.target);
    if (by?.matches(":focus-visible")) want(by);
  });
  talk.addEventListener("focusout", (event) => {
    if (!citation(event.target)) return;
    shut = null;
    hide();
  });
  talk.addEventListener("click", closePreview);
  talk.addEventListener("scroll", () => box().hidden || hide());
  box().addEventListener("pointerenter", () => clearTimeout(timer));
  box().addEventListener("pointerleave", leave);
  addEventListener("resize", hide);
}
