// Files that are added: by the button, or dropped anywhere on the page. They go up one after the other.

import { hint, post, reason, tell, warn } from "./asking.js";
import { forget, refreshKnown } from "./filter.js";
import { refreshList } from "./source.js";

const place = (id) => document.getElementById(id);
let largest = 0;
let last = Promise.resolve();
let batch = 0; // files that were chosen or dropped at once
let fresh = new Set(); // documents that this batch added

function row(name, facts) {
  const item = document.createElement("li");
  const title = document.createElement("span");
  const said = document.createElement("small");
  title.textContent = name;
  title.dir = "auto";
  said.textContent = facts;
  item.append(title, said);
  return item;
}

function removing(label, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "×";
  button.setAttribute("aria-label", label);
  button.addEventListener("click", act);
  return button;
}

function show(told) {
  largest = told.largest;
  place("limits-told").textContent = told.limits;
  for (const old of place("files").querySelectorAll("[data-id]")) old.remove();
  for (const file of told.files) {
    const item = row(file.name, fresh.has(file.id) ? `added · ${file.facts}` : file.facts);
    item.dataset.id = file.id;
    const link = document.createElement("a");
    link.href = `source?document=${encodeURIComponent(file.id)}`;
    link.target = "source";
    link.append(item.firstElementChild);
    item.prepend(link);
    item.append(removing(`Remove ${file.name}`, () => remove(file.id)));
    place("files").append(item);
  }
  document.body.classList.toggle("with-files", told.files.length > 0);
}

// What names documents elsewhere on the page: how many there are, the filter, the list of sources.
function changed() {
  refreshKnown();
  refreshList();
}

async function remove(id) {
  try {
    show(await (await post("files/remove", { id })).json());
    forget(id);
    changed();
  } catch (error) {
    warn(error.message);
  }
}

// What became of a file stays until the next batch, or until it is taken away.
function told(item, kind, words) {
  item.classList.add(kind);
  item.dataset.batch = batch;
  item.querySelector("progress")?.remove();
  item.querySelector("small").textContent = words;
  item.append(removing("Take this away", () => item.remove()));
  return kind;
}

const failed = (item, words) => told(item, "failed", words);

// What was said of earlier files goes: of those that were taken when others come, of those that were refused when one
// is taken.
function takeAway(kind) {
  for (const item of place("files").querySelectorAll(`.${kind}`)) {
    if (item.dataset.batch !== String(batch)) item.remove();
  }
}

async function sendAll(files) {
  if (!files.length) return;
  batch += 1;
  fresh = new Set();
  takeAway("taken");
  const became = await Promise.all([...files].map(send));
  if (became.length < 2) return;
  const kinds = { added: "added", taken: "added", unchanged: "unchanged", failed: "refused" };
  const counts = {};
  for (const kind of became) counts[kinds[kind]] = (counts[kinds[kind]] ?? 0) + 1;
  const said = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`).join(", ");
  tell(place("hint"), `${said}.`, "refused" in counts);
}

// One file; the bar says how much of it has gone up, then that it is being read. Resolves to what became of it.
function send(file) {
  const item = row(file.name, "waiting");
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", `Adding ${file.name}`);
  bar.max = 1;
  item.append(bar);
  place("files").append(item);
  last = last.then(() => sent(file, item, bar));
  return last;
}

function sent(file, item, bar) {
  const said = item.querySelector("small");
  if (largest && file.size > largest) {
    return failed(item, `refused: ${place("limits-told").textContent.split(/[,.]/)[0]}: too large`);
  }
  said.textContent = "adding";
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => (bar.value = event.loaded / event.total));
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      said.textContent = "reading";
    });
    request.addEventListener("loadend", async () => {
      done(await finished(request, item));
    });
    request.open("POST", `files?name=${encodeURIComponent(file.name)}`);
    request.send(file);
  });
}

async function finished(request, item) {
  if (request.status !== 200) {
    const why = request.status ? await reason(new Response(request.response)) : "the chat did not answer";
    return failed(item, `refused: ${why}`);
  }
  const answer = JSON.parse(request.response);
  if (answer.became === "added" && answer.id) fresh.add(answer.id);
  show(answer);
  if (answer.became === "refused") return failed(item, `refused: ${answer.problem}`);
  takeAway("failed");
  changed();
  hint(answer.said ?? `${answer.name} can be asked now.`);
  if (answer.became === "unchanged") return told(item, "taken", `unchanged: ${answer.said}`) && "unchanged";
  if (!answer.id) return told(item, "taken", `added: ${answer.said}`); // for everybody: no row of this browser's own
  item.remove();
  return "added";
}

function dragging() {
  let depth = 0;
  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  addEventListener("dragenter", (event) => {
    if (!holdsFiles(event)) return;
    depth += 1;
    place("drop").hidden = false;
  });
  addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
  addEventListener("dragleave", (event) => {
    if (!holdsFiles(event)) return;
    depth -= 1;
    if (depth <= 0) place("drop").hidden = true;
  });
  addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    place("drop").hidden = true;
    sendAll(event.dataTransfer.files);
  });
}

export async function startFiles() {
  if (!place("add")) return;
  place("add").addEventListener("click", () => place("chosen").click());
  place("chosen").addEventListener("change", () => {
    sendAll([...place("chosen").files]);
    place("chosen").value = "";
  });
  dragging();
  try {
    show(await (await fetch("files")).json());
  } catch {
    warn("The chat does not answer: is it still running?");
  }
}
