// Small comforts over a page that works without them: the newest turn is scrolled into view, the citation that is
// open in the frame is marked, and in a narrow window choosing a citation leads down to the source.
"use strict";

const narrow = matchMedia("(max-width: 799px)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let shown = ""; // the newest turn as it was when it was last scrolled into view
let opening = ""; // the address of a new frame, until it is loaded
let open = ""; // the address that the frame shows or is about to show, as far as this page has chosen it
let expected = 0; // how often the frame will yet finish loading what this page has chosen

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

function mark(current) {
  for (const link of document.querySelectorAll("#conversation a.cite")) {
    link.toggleAttribute("aria-current", link === current);
  }
}

// The source is a sandboxed page: its address can't be asked for. What this page didn't choose was chosen in the
// source itself, and is no citation.
function loaded() {
  if (expected > 0) {
    expected -= 1;
  } else if (opening) {
    const newest = [...document.querySelectorAll("#conversation .turn")].pop();
    open = opening;
    mark([...(newest?.querySelectorAll("a.cite") ?? [])].find((link) => link.href === opening));
  } else {
    open = "";
    mark(null);
  }
  opening = "";
}

function watchFrame() {
  const frame = document.querySelector("iframe[name=source]");
  if (!frame || frame.dataset.watched) return;
  frame.dataset.watched = "yes";
  opening = frame.src;
  expected = 0;
  frame.addEventListener("load", loaded);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.cite");
  if (!link) return;
  const jumps = link.href.split("#")[0] === open.split("#")[0]; // inside the same page: that loads nothing
  expected = (opening ? 1 : 0) + (jumps ? 0 : 1);
  opening = "";
  open = link.href;
  mark(link);
  if (narrow.matches) reveal(document.getElementById("reading"));
});

new MutationObserver(() => {
  watchFrame();
  showNewest();
}).observe(document.documentElement, { childList: true, subtree: true });

// Copying a citation: the text under the button. Where the browser keeps the clipboard to itself (a page that is not
// served from this machine and not encrypted), the text is selected, ready for Ctrl-C.
async function copy(button) {
  const words = button.closest(".form").querySelector("pre");
  let said = "Copied";
  try {
    await navigator.clipboard.writeText(words.textContent);
  } catch {
    getSelection().selectAllChildren(words);
    said = "Selected: press Ctrl-C";
  }
  button.textContent = said;
  setTimeout(() => (button.textContent = "Copy"), 2500);
}

// A question offered in a reply is written into the box and sent.
function ask(question) {
  const box = document.querySelector("#question textarea");
  box.value = question;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  requestAnimationFrame(() => document.querySelector("#question .submit-button").click());
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (button?.hasAttribute("data-copy")) copy(button);
  else if (button?.hasAttribute("data-ask")) ask(button.textContent);
});
