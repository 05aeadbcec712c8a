// The page's scripts, each in a file of its own, say at their beginning what they do. Here: the start.

import { startActions } from "./actions.js";
import { startConversations } from "./conversations.js";
import { startCopying } from "./copying.js";
import { startFiles } from "./files.js";
import { startFilter } from "./filter.js";
import { startKeys } from "./keys.js";
import { startPins } from "./pins.js";
import { startPreview } from "./preview.js";
import { startSheet } from "./sheet.js";
import { startSource } from "./source.js";
import { startSplit } from "./split.js";
import { startTalk } from "./talk.js";

const starts = [
  startSheet, startSplit, startSource, startFilter, startTalk, startActions, startPreview, startCopying, startConversations,
  startFiles, startPins, startKeys,
];

// Gradio puts the page in place some time after it was loaded, and asks for the style sheets without waiting for them.
// The page stays hidden until both are there.
const sheets = [...document.querySelectorAll('link[rel="stylesheet"][href^="pincite/"]')].filter((link) => !link.sheet);
await Promise.all(sheets.map((link) => new Promise((done) => (link.onload = link.onerror = done))));

function begin() {
  const page = document.getElementById("pincite");
  if (!page) return false;
  page.hidden = false;
  for (const start of starts) start();
  document.documentElement.dataset.started = "yes";
  return true;
}

if (!begin()) {
  const watching = new MutationObserver(() => begin() && watching.disconnect());
  watching.observe(document.documentElement, { childList: true, subtree: true });
}
