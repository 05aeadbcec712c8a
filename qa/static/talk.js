// The conversation: asking, what the browser keeps of it, and what can be done with a turn.

import { Refused, eachLine, hint, post } from "./asking.js";
import { filter } from "./filter.js";
import { pin } from "./pins.js";
import { narrow } from "./sheet.js";
import { openSource, reveal, selected } from "./source.js";
import { loadAsked, loadTurns, saveAsked, saveTurns } from "./store.js";

let turns = []; // what the server gave for the store, as text; one for each article, null while it is not finished
let busy = false;
let leaving = false; // the page goes: what breaks off now is asked anew when it is back
const longest = 1_000; // characters of words that are given as the right ones
const referred = 40; // turns that a follow-up may refer to

const box = () => document.querySelector("#question textarea");
const list = () => document.getElementById("turns");
const kept = () => turns.filter((turn) => turn !== null);

function element(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

function shown() {
  const any = list().childElementCount > 0;
  document.getElementById("welcome").hidden = any;
  for (const each of document.querySelectorAll("[data-talking]")) each.hidden = !any;
}

// Asks, and shows the turn as it grows. `verbatim` asks the very words, whatever was said before; `limits` is the filter.
export async function ask(question, verbatim = document.getElementById("typed").checked, limits = filter()) {
  if (busy) return;
  if (!question.trim()) return hint("Type a question first, then press Enter.");
  busy = true;
  hint("");
  saveAsked({ question, verbatim, limits });
  const number = turns.push(null) - 1;
  let article = null;
  const take = (line) => {
    const next = element(line.html);
    if (article) article.replaceWith(next);
    else list().append(next);
    article = next;
    shown();
    if (line.kept === undefined) return reveal(article);
    turns[number] = line.kept;
    saveAsked(null);
    saveTurns(kept());
    reveal(article);
    if (line.open) openSource(line.open);
  };
  try {
    const said = { question, history: kept().slice(-referred), verbatim, ...limits };
    await eachLine(await post("talk/ask", said), take);
    if (turns[number] === null) throw new Refused("The answer broke off; ask again.");
  } catch (error) {
    if (leaving) return;
    saveAsked(null);
    article?.remove();
    turns.splice(number, 1);
    shown();
    box().value ||= question;
    hint(error instanceof Refused ? error.message : "The answer broke off; ask again.");
  } finally {
    busy = false;
  }
}

// The conversation of before a reload, and the question that it interrupted.
async function goOn() {
  await recall();
  const { question, verbatim, limits } = loadAsked() ?? {};
  if (typeof question === "string") ask(question, verbatim, limits);
}

async function recall() {
  turns = loadTurns();
  if (!turns.length) return;
  try {
    const answer = await (await post("talk/recall", { turns })).json();
    list().replaceChildren(...answer.turns.map(element));
  } catch (error) {
    turns = [];
    hint(`The last conversation can't be shown: ${error.message}`);
  }
  shown();
  list().lastElementChild?.scrollIntoView({ block: "start" });
}

function again() {
  turns = [];
  saveTurns(turns);
  saveAsked(null);
  list().replaceChildren();
  shown();
  hint("");
  openSource("source");
  box().focus();
}

async function exported(form) {
  document.getElementById("export").open = false;
  document.querySelector("#export summary").focus();
  try {
    const base = new URL(".", document.baseURI).href;
    const response = await post("talk/export", { turns: kept(), form, base });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition"))[1];
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  } catch (error) {
    hint(error.message);
  }
}

// The understood question is edited where it stands, and asked exactly as it then reads.
function edit(button) {
  const understood = button.closest(".understood");
  if (understood.querySelector("form")) return;
  const form = element(
    '<form class="edit"><input dir="auto" maxlength="1000" aria-label="The question as it is understood">' +
      "<button>Ask this</button></form>",
  );
  const field = form.querySelector("input");
  field.value = understood.querySelector("em").textContent;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = field.value;
    form.remove();
    button.focus();
    ask(words, true);
  });
  understood.append(form);
  field.focus();
}

async function judge(button, turn) {
  const said = button.parentElement.querySelector(".said");
  const verdict = button.dataset.verdict;
  const words = verdict === "words" ? selected() : null;
  if (verdict === "words" && !words) {
    said.textContent = "Select the right words in the source first, then press this again.";
    return;
  }
  if (words && [...words.text].length > longest) {
    said.textContent = `Select fewer words: at most ${longest.toLocaleString("en")} characters are kept.`;
    return;
  }
  try {
    const answer = await post("talk/feedback", { turn, verdict, ...(words && { words }) });
    said.textContent = (await answer.json()).said;
  } catch (error) {
    said.textContent = error.message;
  }
}

function pressed(event) {
  const button = event.target.closest?.("button");
  if (!button) return;
  const article = button.closest("#turns > .turn");
  const turn = article ? turns[[...list().children].indexOf(article)] : null;
  if (button.hasAttribute("data-ask")) ask(button.textContent, false);
  else if (button.hasAttribute("data-edit")) edit(button);
  else if (button.hasAttribute("data-verbatim")) ask(article.querySelector(".asked").textContent, true);
  else if (button.dataset.verdict && turn) judge(button, turn);
  else if (button.hasAttribute("data-pin") && turn) pin(button, turn);
  else if (button.dataset.export) exported(button.dataset.export);
  else if (button.id === "again") again();
}

function grow() {
  box().style.height = "auto";
  box().style.height = `${Math.min(box().scrollHeight, 160)}px`;
}

export function startTalk() {
  const form = document.getElementById("question");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const question = box().value;
    if (busy) return;
    if (question.trim()) box().value = "";
    grow();
    ask(question);
  });
  box().addEventListener("input", grow);
  box().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  document.addEventListener("click", pressed);
  if (!narrow.matches) box().focus();
  addEventListener("pagehide", () => (leaving = true));
  addEventListener("pageshow", () => (leaving = false));
  goOn();
}
