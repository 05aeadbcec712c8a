// The frame that shows sources. No script runs inside it; this page may read where it is and what is selected in it.

import { isSeen, narrow, openSheet } from "./sheet.js";
import { keepSource } from "./store.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const linked = ["document", "start", "end", "quote_start", "quote_end", "page", "as", "find", "hit", "offset"];

const frame = () => document.querySelector("iframe[name=source]");

export function reveal(element) {
  element.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "start" });
}

// Opens a source without a step in the browser's history. A frame that scrolls to its mark takes the page around it along:
// so it is opened at its beginning, and scrolled when it is there.
export function openSource(address, asked = false) {
  const anchor = address.split("#")[1];
  const wanted = new URL(page(address), document.baseURI).href;
  const there = () => {
    if (here() !== wanted) return; // what the frame showed before came late
    frame().removeEventListener("load", there);
    scrollInside(anchor);
  };
  frame().addEventListener("load", there);
  frame().contentWindow.location.replace(wanted);
  mark([...document.querySelectorAll(".turn:last-child a.cite")].find((link) => link.getAttribute("href") === address));
  if (asked) openSheet();
}

function scrollInside(anchor) {
  try {
    const inside = frame().contentWindow;
    const target = anchor && inside.document.getElementById(anchor);
    if (!target) return;
    inside.history.replaceState(null, "", `#${anchor}`);
    const head = inside.document.querySelector(".head")?.offsetHeight ?? 0; // it stays in view
    const above = Math.max(inside.innerHeight / 3, head + 16);
    inside.scrollTo({ top: target.getBoundingClientRect().top + inside.scrollY - above, behavior: "instant" });
  } catch {
    // a page that says why there is nothing to show
  }
}

// Shows the list of documents anew where the frame shows it.
export function refreshList() {
  try {
    const { pathname, search } = frame().contentWindow.location;
    if (pathname.endsWith("/source") && !new URLSearchParams(search).has("document")) frame().contentWindow.location.reload();
  } catch {
    // another page is shown
  }
}

let last = null; // the citation that was opened last, also when the reader went on from there inside the source

// Where Escape leads out of the source: the link that it was opened by, null where that is gone or folded away.
export const openedBy = () => (last?.isConnected && last.checkVisibility() ? last : null);

export function mark(current) {
  last = current ?? last;
  for (const link of document.querySelectorAll("#conversation a.cite")) {
    link.toggleAttribute("aria-current", link === current);
  }
}

// An address without the place inside its page.
const page = (address) => address.split("#")[0];

function here() {
  try {
    return page(frame().contentWindow.location.href);
  } catch {
    return ""; // a page that says why there is nothing to show
  }
}

// The part of an address that names what of a document is shown.
const named = (search) => [...new URLSearchParams(search)].filter(([name]) => linked.includes(name));

// Whether the address of the page names a document.
export const showsDocument = () => new URLSearchParams(location.search).has("document");

// The address of the page names what the source shows, while it is seen: a reload, and whoever gets the address, has the
// same source at the same words. So has the next tab, by what the browser keeps.
function tell() {
  const inside = frame().contentWindow.location;
  const shown = new URLSearchParams(named(inside.search));
  const others = [...new URLSearchParams(location.search)].filter(([name]) => !linked.includes(name));
  const query = new URLSearchParams([...(isSeen() ? shown : []), ...others]);
  history.replaceState(history.state, "", `${location.pathname}${query.size ? "?" : ""}${query}`);
  if (shown.has("document")) keepSource(`source?${shown}${anchor(shown)}`);
}

function anchor(shown) {
  if (shown.has("offset")) return "";
  return shown.has("find") ? "#hit" : shown.has("page") ? "" : "#span";
}

// What was led elsewhere inside the source is no citation any more.
function loaded() {
  try {
    tell();
  } catch {
    // a page that says why there is nothing to show
  }
  const current = document.querySelector("#conversation a.cite[aria-current]");
  if (current && page(current.href) === here()) return;
  mark([...document.querySelectorAll("#conversation a.cite")].reverse().find((link) => page(link.href) === here()));
}

// The words that are selected in the source: their text, as it stands in the document, and where they begin there. What
// holds text of the document says by data-start where it begins, be it a text or the words of a page.
export function selected() {
  try {
    const inside = frame().contentWindow;
    const chosen = inside.getSelection();
    const id = new URLSearchParams(inside.location.search).get("document");
    const held = inside.document.querySelector("[data-start]");
    if (!id || !held || chosen.rangeCount === 0) return null;
    const range = within(held, chosen.getRangeAt(0));
    const text = range.toString();
    if (!text.trim()) return null;
    const before = inside.document.createRange();
    before.selectNodeContents(held);
    before.setEnd(range.startContainer, range.startOffset);
    const start = Number(held.dataset.start) + [...before.toString()].length;
    return { document: id, text: text.trim(), start: start + text.length - text.trimStart().length };
  } catch {
    return null;
  }
}

// What of a range lies in an element.
function within(element, range) {
  const cut = range.cloneRange();
  const whole = element.ownerDocument.createRange();
  whole.selectNodeContents(element);
  if (cut.compareBoundaryPoints(Range.START_TO_START, whole) < 0) cut.setStart(element, 0);
  if (cut.compareBoundaryPoints(Range.END_TO_END, whole) > 0) cut.setEnd(element, element.childNodes.length);
  return cut;
}

export function startSource() {
  frame().addEventListener("load", loaded);
  if (showsDocument()) {
    const shown = new URLSearchParams(named(location.search));
    openSource(`source?${shown}${anchor(shown)}`, true);
  }
  document.addEventListener("sheet", tell);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[target=source]");
    if (!link) return;
    mark(link);
    if (!narrow.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openSource(link.getAttribute("href"));
    openSheet(link);
  });
}
