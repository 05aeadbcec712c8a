// Small comforts over a page that works without them: the newest turn is scrolled into view, the citation that is
// open in the frame is marked, and in a narrow window choosing a citation leads down to the source.
"use strict";

const narrow = matchMedia("(max-width: 799px)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let shown = ""; // the newest turn as it was when it was last scrolled into view
let opening = ""; // the address of a new frame, until it is loaded
let chosen = null; // the citation that was clicked, until it is open

function reveal(element) {
  element.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "start" });
}

function showNewest() {
  const turns = document.querySelectorAll("#conversation .turn");
  const newest = turns[turns.length - 1];
  const state = newest ? `${turns.length} ${newest.textContent.length}` : "";
  if (state === shown) return;
  shown = state;
  if (newest) reveal(newest);
}

function markOpen() {
  if (!chosen) {
    const newest = [...document.querySelectorAll("#conversation .turn")].pop();
    chosen = [...(newest?.querySelectorAll("a.cite") ?? [])].find((link) => link.href === opening);
  }
  for (const link of document.querySelectorAll("#conversation a.cite")) {
    link.toggleAttribute("aria-current", link === chosen);
  }
  opening = "";
  chosen = null;
}

function watchFrame() {
  const frame = document.querySelector("iframe[name=source]");
  if (!frame || frame.dataset.watched) return;
  frame.dataset.watched = "yes";
  opening = frame.src;
  frame.addEventListener("load", markOpen);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.cite");
  if (!link) return;
  chosen = link;
  setTimeout(() => chosen === link && markOpen(), 300); // a jump inside the same page loads nothing
  if (narrow.matches) reveal(document.getElementById("reading"));
});

new MutationObserver(() => {
  watchFrame();
  showNewest();
}).observe(document.documentElement, { childList: true, subtree: true });
