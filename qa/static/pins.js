// Pinned questions: kept by the browser, asked again when the documents have changed.

import { post, tell } from "./asking.js";
import { loadPins, savePins } from "./store.js";

const every = 30_000; // milliseconds between two looks at whether documents changed
let update = null; // of the index, when the pins were last shown

const place = () => document.getElementById("pins");

function button(words, label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

function item(pin, number, pins) {
  const shown = document.createElement("div");
  shown.className = `pinned ${pin.became}`;
  shown.innerHTML = pin.html;
  const question = shown.querySelector(".quiet, .understood")?.textContent ?? "";
  const save = (next) => {
    savePins(next);
    showPins();
  };
  if (pin.fresh && pin.became !== "same") {
    const seen = () => save(pins.map((each, place) => (place === number ? pin.fresh : each)));
    shown.append(button("Keep the new answer", `Keep the new answer: ${question}`, seen));
  }
  const away = () => save(pins.filter((_, place) => place !== number));
  shown.append(button("Unpin", `Unpin: ${question}`, away));
  return shown;
}

export async function showPins() {
  const pins = loadPins();
  place().hidden = pins.length === 0;
  if (!pins.length) return place().replaceChildren();
  try {
    const told = await (await post("talk/pins", { pins })).json();
    update = told.update;
    const title = document.createElement("h2");
    title.textContent = "Pinned";
    place().replaceChildren(title, ...told.pins.map((pin, number) => item(pin, number, pins)));
  } catch (error) {
    place().textContent = error.message;
    place().append(button("Forget all pins", "Forget all pins", () => savePins([]) || showPins()));
  }
  return undefined;
}

// What a pin asks: the same question is pinned once.
function asked(pin) {
  try {
    return JSON.parse(pin).pins[0].answer.question.trim().toLowerCase();
  } catch {
    return pin;
  }
}

export async function pin(button, turn) {
  const said = button.parentElement.querySelector(".said");
  try {
    const made = (await (await post("talk/pin", { turn })).json()).pin;
    const others = loadPins().filter((each) => asked(each) !== asked(made));
    const again = others.length < loadPins().length;
    if (!savePins([...others, made])) tell(said, "There is no room for more pins: unpin some first.", true);
    else tell(said, again ? "It was pinned already." : "Pinned: it is asked again when documents change.");
    showPins();
  } catch (error) {
    tell(said, error.message, true);
  }
}

async function look() {
  if (document.hidden || !loadPins().length) return;
  try {
    const now = (await (await fetch("talk/here")).json()).update;
    if (update !== null && now !== update) showPins();
  } catch {
    // the next look may find it
  }
}

export function startPins() {
  showPins();
  setInterval(look, every);
  addEventListener("focus", look);
}
