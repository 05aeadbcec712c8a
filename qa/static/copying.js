// Copying a citation: as plain text by "Copy", in other forms by a menu. Where the browser keeps the clipboard to itself (a
// page that is not served from this machine and not encrypted), the text shows, selected, ready for Ctrl-C.

import { tell } from "./asking.js";

async function copy(button) {
  const place = button.closest(".copies");
  const [said, shown] = [place.querySelector(".said"), place.querySelector("pre")];
  const menu = button.closest("details");
  const form = menu ? ` as ${button.textContent}` : "";
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  shown.hidden = true;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    tell(said, `Copied${form}`);
  } catch {
    shown.textContent = button.dataset.copy;
    shown.hidden = false;
    getSelection().selectAllChildren(shown);
    tell(said, "Selected: press Ctrl-C");
  }
  setTimeout(() => shown.hidden && tell(said, ""), 2500);
}

export function startCopying() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (button) copy(button);
  });
}
