// The conversation of this tab: asking, showing, what the browser keeps of it. The buttons of a turn are in actions.js.

import { Refused, eachLine, hint, post, warn } from "./asking.js";
import { box, isTooLong, startComposer, write } from "./composer.js";
import { filter } from "./filter.js";
import { narrow } from "./sheet.js";
import { openSource, reveal, showsDocument } from "./source.js";
import {
  addTurn, adoptOlder, choose, conversations, current, isOfCurrent, load, loadAsked, mostTurns, newId, questions,
  saveAsked,
} from "./store.js";

let turns = []; // what the server gave for the store, as text; one for each article, null while it is not finished
let busy = false;
let changed = false; // another tab added to this conversation while a question was answered here
let leaving = false; // the page goes: what breaks off now is asked anew when it is back
const referred = 40; // turns that a follow-up may refer to

const list = () => document.getElementById("turns");
export const kept = () => turns.filter((turn) => turn !== null);
export const turnOf = (article) => turns[[...list().children].indexOf(article)] ?? null;

export function element(html) {
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
  if (busy) return warn("The last question is still being answered.");
  if (isTooLong(question)) return box().focus(); // what is too long stands under it
  if (!question.trim()) return hint("Type a question first, then press Enter.");
  if (turns.length >= mostTurns) return warn(`A conversation has at most ${mostTurns} questions: begin a new one.`);
  const id = current();
  const said = { question, history: kept().slice(-referred), verbatim, ...limits };
  busy = true;
  hint("");
  saveAsked({ question, verbatim, limits, id });
  try {
    await answered(id, said);
  } catch (error) {
    if (leaving) return;
    saveAsked(null);
    box().value || write(question);
    warn(error instanceof Refused ? error.message : "The answer broke off; ask again.");
  } finally {
    busy = false;
    if (changed) refresh();
  }
}

// The answer goes to the conversation that was asked, whichever is shown when it comes.
async function answered(id, said) {
  const mine = turns;
  const number = mine.push(null) - 1;
  let article = null;
  const isShown = () => turns === mine;
  const take = (line) => {
    const next = element(line.html);
    if (isShown()) {
      if (article) article.replaceWith(next);
      else list().append(next);
      article = next;
      shown();
    }
    if (line.kept !== undefined) finish(id, mine, number, line.kept);
    if (!isShown()) return;
    reveal(article);
    if (line.open) openSource(line.open);
  };
  try {
    await eachLine(await post("talk/ask", said), take);
    if (mine[number] === null) throw new Refused("The answer broke off; ask again.");
  } catch (error) {
    mine.splice(number, 1);
    if (!leaving) article?.remove();
    shown();
    throw error;
  }
}

function finish(id, mine, number, turn) {
  const before = mine.filter((each) => each !== null);
  mine[number] = turn;
  saveAsked(null);
  const gone = addTurn(id, turn, before);
  if (gone === null) warn("The browser has no room: this conversation lasts until the page is closed.");
  else if (gone.length) warn(`To make room, the oldest conversation was dropped: “${gone.join("”, “")}”.`);
  if (turns !== mine && current() === id) show(id); // it was left and opened again meanwhile
}

// Shows a conversation of the store: its turns, and its source.
export async function show(id, withSource = true) {
  choose(id);
  const talk = load(id);
  const mine = (turns = talk?.turns ?? []);
  let articles = [];
  try {
    if (mine.length) articles = (await (await post("talk/recall", { turns: mine })).json()).turns.map(element);
  } catch (error) {
    warn(`This conversation can't be shown, and is kept as it is: ${error.message}`);
    if (turns === mine) return show(newId());
  }
  if (turns !== mine) return undefined; // another one was chosen meanwhile
  list().replaceChildren(...articles);
  shown();
  list().lastElementChild?.scrollIntoView({ block: "start" });
  if (withSource) openSource(talk?.source || "source");
  return undefined;
}

export function begin() {
  hint("");
  show(newId());
  box().focus();
}

// What another tab added is shown here as well.
function refresh() {
  changed = busy;
  const talk = load(current());
  if (!busy && talk && talk.turns.join() !== kept().join()) show(talk.id, false);
}

// The conversation of before a reload, and the question that it interrupted.
async function goOn() {
  adoptOlder();
  await show(current(), !showsDocument() && Boolean(load(current())?.source));
  const { question, verbatim, limits, id } = loadAsked() ?? {};
  if (typeof question === "string" && id === current()) ask(question, verbatim, limits);
}

// The questions that Up recalls: those of this conversation, else of the newest one.
function asked() {
  const newest = kept().length ? null : conversations()[0];
  return questions(newest ?? { turns: kept() });
}

export function startTalk() {
  startComposer((question) => {
    if (!busy && question.trim() && !isTooLong(question)) write("");
    ask(question);
  }, asked);
  if (!narrow.matches) box().focus();
  addEventListener("pagehide", () => (leaving = true));
  addEventListener("pageshow", () => (leaving = false));
  addEventListener("storage", (event) => isOfCurrent(event) && refresh());
  goOn();
}
