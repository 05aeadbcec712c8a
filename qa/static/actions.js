// The buttons of a turn, and the menu that exports the conversation.

import { post, tell, warn } from "./asking.js";
import { isTooLong, watchLength } from "./composer.js";
import { pin } from "./pins.js";
import { saveFile } from "./saving.js";
import { selected } from "./source.js";
import { ask, begin, element, kept, turnOf } from "./talk.js";

const longest = 1_000; // characters of words that are given as the right ones

async function exported(form) {
  document.getElementById("export").open = false;
  document.querySelector("#export summary").focus();
  try {
    const base = new URL(".", document.baseURI).href;
    const response = await post("talk/export", { turns: kept(), form, base });
    saveFile(await response.blob(), /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition"))[1]);
  } catch (error) {
    warn(error.message);
  }
}

// The understood question is edited where it stands, and asked exactly as it then reads.
function edit(button) {
  const understood = button.closest(".understood");
  if (understood.querySelector("form")) return;
  const form = element(
    '<form class="edit"><input dir="auto" aria-label="The question as it is understood">' +
      '<button>Ask this</button><p role="status"></p></form>',
  );
  const field = form.querySelector("input");
  field.value = understood.querySelector("em").textContent;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = field.value;
    if (isTooLong(words)) return field.focus();
    form.remove();
    button.focus();
    return ask(words, true);
  });
  watchLength(field, form.querySelector("p"));
  understood.append(form);
  field.focus();
}

async function judge(button, turn) {
  const said = button.closest(".actions").querySelector(".said");
  const verdict = button.dataset.verdict;
  const words = verdict === "words" ? selected() : null;
  if (verdict === "words" && !words) {
    return tell(said, "Select the right words in the source first, then press this again.", true);
  }
  if (words && [...words.text].length > longest) {
    return tell(said, `Select fewer words: at most ${longest.toLocaleString("en")} characters are kept.`, true);
  }
  try {
    const answer = await post("talk/feedback", { turn, verdict, ...(words && { words }) });
    return tell(said, (await answer.json()).said);
  } catch (error) {
    return tell(said, error.message, true);
  }
}

function pressed(event) {
  const button = event.target.closest?.("button");
  if (!button) return;
  const article = button.closest("#turns > .turn");
  const turn = article ? turnOf(article) : null;
  if (button.hasAttribute("data-ask")) ask(button.textContent, false);
  else if (button.hasAttribute("data-edit")) edit(button);
  else if (button.hasAttribute("data-verbatim")) ask(article.querySelector(".asked").textContent, true);
  else if (button.dataset.verdict && turn) judge(button, turn);
  else if (button.hasAttribute("data-pin") && turn) pin(button, turn);
  else if (button.dataset.export) exported(button.dataset.export);
  else if (button.id === "again") begin();
}

export const startActions = () => document.addEventListener("click", pressed);
