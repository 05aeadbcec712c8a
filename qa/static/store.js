// What the browser keeps: the server keeps no turn. Each conversation has a key of its own in localStorage, and so have
// the pins; each tab knows which conversation it shows. Where the browser keeps nothing (a private window), they last as
// long as the page. All of it is bounded.

export const most = 100; // conversations
export const mostTurns = 500; // of a conversation: the server reads no more
export const longestName = 120; // characters
const room = 4_000_000; // characters of all conversations; browsers keep about 5 million
const roomForPins = 500_000;
const mostPins = 200; // the server reads no more

const place = location.pathname; // two chats under one host are told apart
const talkKey = `pincite talk ${place} `;
const shownKey = `pincite shown ${place}`;
const askedKey = `pincite asked ${place}`;
const pinsKey = `pincite pins ${place}`;
const splitKey = `pincite split ${place}`;
const olderKey = `pincite turns ${place}`; // where earlier versions kept the one conversation

const tab = () => sessionStorage;
const all = () => localStorage;

function get(store, key) {
  try {
    return store().getItem(key);
  } catch {
    return null; // forbidden
  }
}

function set(store, key, value) {
  try {
    if (value === null) store().removeItem(key);
    else store().setItem(key, value);
    return true;
  } catch {
    return false; // full, or forbidden
  }
}

export function parsed(written) {
  try {
    return JSON.parse(written);
  } catch {
    return null; // damaged
  }
}

const texts = (value) => (Array.isArray(value) ? value.filter((each) => typeof each === "string") : []);
const text = (value, most) => (typeof value === "string" ? value.slice(0, most) : "");

// A conversation out of what was kept or imported, perhaps tampered with; null where it is none.
export function conversation(said, id = said?.id) {
  const turns = texts(said?.turns).filter((turn) => typeof parsed(turn)?.said === "string");
  if (typeof id !== "string" || !/^[\w-]{1,40}$/.test(id) || !turns.length) return null;
  const source = /^source\?[^#]*(#\w+)?$/.test(said.source) ? said.source : ""; // and nowhere else does the frame go
  const when = Number.isNaN(Date.parse(said.when)) ? new Date().toISOString() : said.when;
  return { id, name: text(said.name, longestName), when, source, turns: turns.slice(-mostTurns) };
}

export const questions = (talk) => talk.turns.map((turn) => parsed(turn)?.said ?? "");
export const nameOf = (talk) => talk.name || text(questions(talk)[0], longestName) || "Without a name";

export const newId = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
export const load = (id) => conversation(parsed(get(all, talkKey + id)), id);

function ids() {
  try {
    return Object.keys(all()).filter((key) => key.startsWith(talkKey)).map((key) => key.slice(talkKey.length));
  } catch {
    return [];
  }
}

// All conversations, the newest first.
export const conversations = () =>
  ids().map(load).filter((talk) => talk !== null).sort((one, other) => other.when.localeCompare(one.when));

const length = (id) => get(all, talkKey + id)?.length ?? 0;
const used = (others) => others.reduce((sum, id) => sum + length(id), 0);
export const usedPart = () => used(ids()) / room;

// Puts a conversation where there is room for it; returns whether there was.
export function put(talk) {
  const others = ids().filter((id) => id !== talk.id);
  const written = JSON.stringify(talk);
  if (others.length >= most || used(others) + written.length > room) return false;
  return set(all, talkKey + talk.id, written);
}

// A conversation without what its answers were chosen from, which can be done without.
function brief(talk) {
  const turns = talk.turns.map((turn) => JSON.stringify({ ...parsed(turn), why: undefined }));
  return { ...talk, turns };
}

// Keeps a conversation, and makes room for it: first "Why this answer" goes, then the oldest of the others. Returns the
// names of those that went, null where nothing could be kept.
export function keep(talk) {
  if (put(talk) || put(brief(talk))) return [];
  const others = conversations().filter(({ id }) => id !== talk.id).reverse();
  for (const other of others) {
    put(brief(other));
    if (put(brief(talk))) return [];
  }
  const gone = [];
  for (const other of others) {
    remove(other.id);
    gone.push(nameOf(other));
    if (put(brief(talk))) return gone;
  }
  return null;
}

export const remove = (id) => set(all, talkKey + id, null);

// ---------------------------------------------------------------- the conversation of this tab

let shown = null; // its id

// A reload shows the same one again, a new tab that of the tab before it.
export const current = () => (shown ??= get(tab, shownKey) ?? get(all, shownKey) ?? newId());

export function choose(id) {
  shown = id;
  for (const store of [tab, all]) set(store, shownKey, id);
}

export const isOfCurrent = (event) => event.key === talkKey + current();

// Adds a turn to what is kept of a conversation: another tab may have added some meanwhile. Returns what `keep` does.
export function addTurn(id, turn, turns) {
  const before = load(id) ?? { id, name: "", source: "", turns };
  return keep({ ...before, when: new Date().toISOString(), turns: [...before.turns, turn] });
}

export function keepSource(source) {
  const talk = load(current());
  if (talk && talk.source !== source) put({ ...talk, source });
}

export function adoptOlder() {
  const turns = parsed(get(all, olderKey));
  const talk = turns && conversation({ turns }, newId());
  if (talk && put(talk) && get(all, shownKey) === null) choose(talk.id);
  for (const store of [tab, all]) set(store, olderKey, null);
}

// The question that is being answered, as it was asked: a reload asks it anew, in its tab alone.
export const loadAsked = () => parsed(get(tab, askedKey));
export const saveAsked = (said) => set(tab, askedKey, said && JSON.stringify(said));

// ---------------------------------------------------------------- pins

export const loadPins = () => texts(parsed(get(all, pinsKey)));

// Returns whether there was room for them.
export function savePins(pins) {
  const written = JSON.stringify(pins);
  if (pins.length > mostPins || written.length > roomForPins) return false;
  return set(all, pinsKey, pins.length ? written : null);
}

// ---------------------------------------------------------------- the border between answers and source

// How much of the width the answers take, in per cent; null where nobody moved the border.
export function loadSplit() {
  const part = Number.parseFloat(get(all, splitKey));
  return part > 0 && part < 100 ? part : null;
}

export const saveSplit = (part) => set(all, splitKey, String(part));
