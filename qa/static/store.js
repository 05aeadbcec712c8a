// The browser's own store: the server keeps no turn. Each tab has its own conversation, which a reload shows again; a
// new tab goes on with the last one. Where the browser keeps nothing (a private window, a full store), the conversation
// lasts as long as the page.

const place = location.pathname; // two chats under one host are told apart
const turnsKey = `pincite turns ${place}`;
const askedKey = `pincite asked ${place}`;
const pinsKey = `pincite pins ${place}`;

function read(stores, key) {
  for (const store of stores) {
    try {
      const found = JSON.parse(store().getItem(key));
      if (Array.isArray(found)) return found.filter((each) => typeof each === "string");
    } catch {
      // not kept, or damaged: there is none
    }
  }
  return [];
}

// Writes the first of several forms of some values that finds room.
function write(stores, key, ...forms) {
  for (const store of stores) {
    for (const values of forms) {
      try {
        if (values.length) store().setItem(key, JSON.stringify(values));
        else store().removeItem(key);
        break;
      } catch {
        // full, or forbidden
      }
    }
  }
}

// A turn without what its answer was chosen from, which can be done without.
function brief(turn) {
  try {
    return JSON.stringify({ ...JSON.parse(turn), why: undefined });
  } catch {
    return turn;
  }
}

const tab = () => sessionStorage;
const all = () => localStorage;

export const loadTurns = () => read([tab, all], turnsKey);
export const saveTurns = (turns) => write([tab, all], turnsKey, turns, turns.map(brief));

// The question that is being answered, as it was asked: a reload asks it anew, in its tab alone.
export function loadAsked() {
  try {
    return JSON.parse(read([tab], askedKey)[0]);
  } catch {
    return null; // there is none, or it is damaged
  }
}
export const saveAsked = (said) => write([tab], askedKey, said ? [JSON.stringify(said)] : []);

export const loadPins = () => read([all], pinsKey);
export const savePins = (pins) => write([all], pinsKey, pins);
