// Files that are added: by the button, or dropped anywhere on the page. They go up one after the other.

import { hint, post, reason } from "./asking.js";
import { forget, refreshKnown } from "./filter.js";

const place = (id) => document.getElementById(id);
let largest = 0;
let last = Promise.resolve();

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
    const item = row(file.name, file.facts);
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

async function remove(id) {
  try {
    show(await (await post("files/remove", { id })).json());
    forget(id);
    refreshKnown();
  } catch (error) {
    hint(error.message);
  }
}

function failed(item, words) {
  item.classList.add("failed");
  item.querySelector("progress")?.remove();
  item.querySelector("small").textContent = words;
  item.append(removing("Take this away", () => item.remove()));
}

// One file; the bar says how much of it has gone up, then that it is being read.
function send(file) {
  const item = row(file.name, "waiting");
  const bar = document.createElement("progress");
  bar.setAttribute("aria-label", `Adding ${file.name}`);
  bar.max = 1;
  item.append(bar);
  place("files").append(item);
  last = last.then(() => sent(file, item, bar));
}

function sent(file, item, bar) {
  const said = item.querySelector("small");
  if (largest && file.size > largest) {
    failed(item, `${place("limits-told").textContent.split(",")[0]}: too large`);
    return undefined;
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
      await finished(request, item);
      done();
    });
    request.open("POST", `files?name=${encodeURIComponent(file.name)}`);
    request.send(file);
  });
}

async function finished(request, item) {
  if (request.status !== 200) {
    failed(item, request.status ? await reason(new Response(request.response)) : "the chat did not answer");
    return;
  }
  const told = JSON.parse(request.response);
  show(told);
  refreshKnown();
  if (told.problem) return failed(item, told.problem);
  item.remove();
  hint(told.said ?? `${told.name} can be asked now.`);
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
    for (const file of event.dataTransfer.files) send(file);
  });
}

export async function startFiles() {
  if (!place("add")) return;
  place("add").addEventListener("click", () => place("chosen").click());
  place("chosen").addEventListener("change", () => {
    for (const file of place("chosen").files) send(file);
    place("chosen").value = "";
  });
  dragging();
  try {
    show(await (await fetch("files")).json());
  } catch {
    hint("The chat does not answer: is it still running?");
  }
}
