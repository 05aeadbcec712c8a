// The keyboard: "/" goes to the question, arrows (or j and k) walk the citations, Enter opens one, Escape closes. Inside the
// source "/" does the same, and Escape leads back to the citation that it was opened by. "?" lists the keys.

import { closePreview } from "./preview.js";
import { closeSheet } from "./sheet.js";
import { openedBy } from "./source.js";

const list = () => document.getElementById("keys");
const links = () => [...document.querySelectorAll("#turns a.cite")].filter((link) => link.checkVisibility());

function writes(element) {
  return element.matches?.("input, textarea, select, [contenteditable]");
}

function walk(step) {
  const all = links();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const current = at >= 0 ? at : all.findIndex((link) => link.hasAttribute("aria-current"));
  const next = at < 0 && current < 0 ? 0 : Math.min(Math.max(current + step, 0), all.length - 1);
  all[next].focus();
}

// The innermost thing that is open around the focus, else the last that was opened.
function close() {
  if (closePreview() || closeSheet()) return undefined;
  const edit = document.querySelector("#turns form.edit");
  if (edit) {
    const button = edit.closest(".understood").querySelector("[data-edit]");
    edit.remove();
    return button.focus();
  }
  const around = document.activeElement?.closest?.("details[open]");
  const opened = around ?? [...document.querySelectorAll("details[open]")].pop();
  if (opened) {
    opened.open = false;
    return opened.querySelector("summary").focus();
  }
  const filter = document.getElementById("filter");
  if (!filter.hidden) return document.getElementById("filtering").click();
  document.activeElement?.blur?.();
  return undefined;
}

// A key that was pressed inside the source, where no script runs.
function leave(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const question = document.querySelector("#question textarea");
  if (event.key === "Escape") {
    if (!closeSheet()) (openedBy() ?? question).focus();
  } else if (event.key === "/" && !writes(event.target)) {
    event.preventDefault();
    closeSheet();
    question.focus();
  } else if (event.key === "?" && !writes(event.target)) {
    list().showModal();
  }
}

function watchSource() {
  const frame = document.querySelector("iframe[name=source]");
  const watch = () => {
    try {
      frame.contentDocument.addEventListener("keydown", leave);
    } catch {
      // a page that says why there is nothing to show
    }
  };
  frame.addEventListener("load", watch);
  watch();
}

export function startKeys() {
  watchSource();
  document.getElementById("keys-open").addEventListener("click", () => list().showModal());
  document.getElementById("keys-close").addEventListener("click", () => list().close());
  list().addEventListener("click", (event) => event.target === list() && list().close()); // beside the list
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return; // it has keys of its own
    if (event.key === "Escape") return close();
    const isEmpty = event.target.matches?.("#question textarea") && !event.target.value;
    if (event.key === "?" && (isEmpty || !writes(event.target))) {
      event.preventDefault();
      return list().showModal();
    }
    if (writes(event.target)) return;
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (event.key === "/") {
      event.preventDefault();
      document.querySelector("#question textarea").focus();
    } else if (step && (links().length || event.key.length === 1)) {
      event.preventDefault();
      walk(step);
    }
  });
  // A menu closes when something else is pressed.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
}
