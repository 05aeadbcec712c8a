// The list of conversations: opened, searched, renamed, deleted with undo; all of them exported and imported.

import { saveFile } from "./saving.js";
import { begin, show } from "./talk.js";
import {
  conversation, conversations, current, load, longestName, most, nameOf, newId, parsed, put, questions, remove, usedPart,
} from "./store.js";

const form = "pincite conversations";
const largest = 50_000_000; // bytes of a file that is imported
const deleted = new Map(); // id -> conversation, until the page is closed

const part = (id) => document.getElementById(id);
const told = (words) => (part("talks-told").textContent = words);

function button(words, label, act, kind = "") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = kind;
  made.textContent = words;
  if (label) made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

function line(words, kind) {
  const made = document.createElement("span");
  made.className = kind;
  made.dir = "auto";
  made.textContent = words;
  return made;
}

// ---------------------------------------------------------------- the list

// The words of a conversation that a search looks through: its questions, its answers, and what these quote.
function* wordsOf(talk) {
  for (const turn of talk.turns) {
    const said = parsed(turn);
    yield said.said;
    const answer = parsed(said.conversation)?.turns?.[0]?.answer;
    for (const each of [answer, ...(answer?.alternatives ?? [])]) {
      yield each?.text ?? "";
      for (const citation of each?.citations ?? []) yield citation.quote ?? citation.text ?? "";
    }
  }
}

// Where the words that are sought stand in a conversation: "" if in its name, null if nowhere.
function found(talk, sought) {
  if (nameOf(talk).toLowerCase().includes(sought)) return "";
  for (const words of wordsOf(talk)) if (words.toLowerCase().includes(sought)) return words;
  return null;
}

const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });

function facts(talk) {
  const count = talk.turns.length;
  const when = new Date(talk.when);
  const isToday = day.format(when) === day.format(new Date());
  return `${isToday ? `today, ${time.format(when)}` : day.format(when)} · ${count} ${count === 1 ? "question" : "questions"}`;
}

function item(talk, where) {
  const made = document.createElement("li");
  const name = nameOf(talk);
  const open = button("", "", () => opened(talk.id), "open");
  open.append(line(name, "name"), line(facts(talk), "facts"));
  if (where) open.append(line(where, "where"));
  if (talk.id === current()) open.setAttribute("aria-current", "true");
  made.dataset.id = talk.id;
  made.append(
    open,
    button("Rename", `Rename: ${name}`, () => rename(made, talk)),
    button("Delete", `Delete: ${name}`, () => takeAway(talk)),
  );
  return made;
}

function goneItem(talk) {
  const made = document.createElement("li");
  const undo = button("Undo", `Undo: keep ${nameOf(talk)}`, () => bringBack(talk), "undo");
  made.className = "gone";
  made.dataset.id = talk.id;
  made.append(line(`Deleted: ${nameOf(talk)}`, "name"), undo);
  return made;
}

function draw() {
  const sought = part("sought").value.trim().toLowerCase();
  const here = [...conversations(), ...deleted.values()].sort((one, other) => other.when.localeCompare(one.when));
  const items = [];
  for (const talk of here) {
    const where = sought ? found(talk, sought) : "";
    if (where !== null) items.push(deleted.has(talk.id) ? goneItem(talk) : item(talk, where));
  }
  part("talks").replaceChildren(...items);
  if (sought) told(`${items.length} found`);
  else told(here.length ? "" : "No conversations yet: each begins with your first question.");
  const count = here.length - deleted.size;
  part("talks-room").textContent =
    `Kept by this browser alone: ${count} of at most ${most}, ${Math.ceil(usedPart() * 100)}% of the room.`;
  part("talks-export").disabled = count === 0;
}

const focusOn = (id, kind) => part("talks").querySelector(`[data-id="${id}"] ${kind}`)?.focus();

// ---------------------------------------------------------------- what is done with one

function opened(id) {
  part("conversations").close();
  show(id);
}

function rename(place, talk) {
  const field = document.createElement("input");
  field.value = nameOf(talk);
  field.maxLength = longestName;
  field.dir = "auto";
  field.setAttribute("aria-label", "The name of the conversation");
  const finish = (isKept) => {
    if (!field.isConnected) return;
    if (isKept) put({ ...(load(talk.id) ?? talk), name: field.value.trim() });
    draw();
    focusOn(talk.id, ".open");
  };
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault(); // Escape would close the list
    event.stopPropagation();
    finish(event.key === "Enter");
  });
  place.replaceChildren(field, button("Save", "Save the name", () => finish(true)));
  field.select();
}

function takeAway(talk) {
  deleted.set(talk.id, { ...(load(talk.id) ?? talk), wasShown: talk.id === current() });
  remove(talk.id);
  if (talk.id === current()) begin();
  draw();
  focusOn(talk.id, ".undo");
}

function bringBack({ wasShown, ...talk }) {
  if (!put(talk)) return told("There is no room for it any more: delete another one first.");
  deleted.delete(talk.id);
  if (wasShown) show(talk.id);
  draw();
  told(`Kept: ${nameOf(talk)}`);
  return focusOn(talk.id, ".open");
}

// ---------------------------------------------------------------- all of them, in a file

function exportAll() {
  const said = { form, format: 1, conversations: conversations() };
  const day = new Date().toISOString().slice(0, 10);
  saveFile(new Blob([JSON.stringify(said, null, 1)], { type: "application/json" }), `pincite-conversations-${day}.json`);
  told(`Exported ${said.conversations.length}.`);
}

// What becomes of one that is imported: the same one is not kept twice, and none takes the place of another.
function takeIn(said) {
  const talk = conversation(said, newId());
  if (!talk) return "refused";
  const same = conversations().some((each) => each.turns.join() === talk.turns.join());
  if (same) return "here already";
  return put(talk) ? "imported" : "without room";
}

async function importAll([file]) {
  part("talks-chosen").value = "";
  if (!file) return undefined;
  const said = file.size > largest ? null : parsed(await file.text());
  if (said?.form !== form || !Array.isArray(said.conversations)) {
    return told(`${file.name} holds no conversations: choose a file that “Export all” made.`);
  }
  const counts = new Map();
  for (const each of said.conversations) {
    const became = takeIn(each);
    counts.set(became, (counts.get(became) ?? 0) + 1);
  }
  draw();
  return told([...counts].map(([became, count]) => `${count} ${became}`).join(", ") || "The file holds none.");
}

export function startConversations() {
  part("talks-open").addEventListener("click", () => {
    part("sought").value = "";
    draw();
    part("conversations").showModal();
  });
  part("talks-close").addEventListener("click", () => part("conversations").close());
  part("conversations").addEventListener("click", (event) => {
    if (event.target === part("conversations")) part("conversations").close(); // beside the list
  });
  part("sought").addEventListener("input", draw);
  part("talks-export").addEventListener("click", exportAll);
  part("talks-import").addEventListener("click", () => part("talks-chosen").click());
  part("talks-chosen").addEventListener("change", () => importAll(part("talks-chosen").files));
}
