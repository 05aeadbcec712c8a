// The field that questions are typed into. Enter asks, Shift+Enter begins a line; Up in an empty field recalls what was
// asked last, and goes on to what was asked before.

import { tell } from "./asking.js";

export const box = () => document.querySelector("#question textarea");

export function write(words) {
  box().value = words;
  box().dispatchEvent(new Event("input"));
}

// ---------------------------------------------------------------- how long a question may be

const longest = () => Number(box().dataset.longest);
const length = (words) => [...words.trim()].length; // as the server counts: no surrogates

export const isTooLong = (words) => length(words) > longest();

// Says under a field, while it is typed into, that its question is too long to be read.
export function watchLength(field, place) {
  const look = () => {
    const over = length(field.value) - longest();
    const most = longest().toLocaleString("en");
    const said = `A question has at most ${most} characters: leave out ${over.toLocaleString("en")}.`;
    tell(place, over > 0 ? said : "", over > 0);
    field.ariaInvalid = over > 0 ? "true" : null;
  };
  field.addEventListener("input", look);
  look();
}

// ---------------------------------------------------------------- the field

function grow() {
  box().style.height = "auto";
  box().style.height = `${Math.min(box().scrollHeight, 160)}px`;
}

// `asked` gives the questions so far, the last one last.
function recalling(asked) {
  let back = 0; // questions that were gone back
  return (event) => {
    const earlier = asked();
    const recalled = back > 0 && box().value === earlier.at(-back);
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step || event.shiftKey || (box().value && !recalled)) return;
    const next = (recalled ? back : 0) + step;
    if (next < 0 || next > earlier.length) return;
    event.preventDefault();
    back = next;
    write(back ? earlier.at(-back) : "");
    box().setSelectionRange(box().value.length, box().value.length);
  };
}

export function startComposer(submit, asked) {
  const form = document.getElementById("question");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(box().value);
  });
  box().addEventListener("input", grow);
  watchLength(box(), document.getElementById("too-long"));
  box().addEventListener("keydown", recalling(asked));
  box().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}
