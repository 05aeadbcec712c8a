// In a narrow window the source lies over the page: a citation opens it, "Back to the answer" or the browser's own Back
// closes it, and the focus returns to where it was. In a wide one the source always stands beside the conversation.

export const narrow = matchMedia("(max-width: 799px)");
let opener = null; // what the source was opened by
let length = 0; // of the browser's history, once the source was open

const sheet = () => document.getElementById("reading");
const button = () => document.getElementById("back");
const isOpen = () => sheet().classList.contains("open");

// Whether the source can be seen.
export const isSeen = () => !narrow.matches || isOpen();

function lay(open) {
  sheet().classList.toggle("open", open);
  sheet().role = open ? "dialog" : null;
  sheet().ariaModal = open ? "true" : null;
  for (const id of ["masthead", "talk"]) document.getElementById(id).inert = open;
  document.dispatchEvent(new Event("sheet"));
}

export function openSheet(by = document.activeElement) {
  if (!narrow.matches || isOpen()) return;
  opener = by;
  button().textContent = document.querySelector("#turns .turn") ? "Back to the answer" : "Back to the question";
  if (!history.state?.sheet) history.pushState({ sheet: true }, "");
  length = history.length;
  lay(true);
  button().focus();
}

// Returns whether there was anything to close.
export function closeSheet() {
  if (!isOpen()) return false;
  lay(false);
  if (opener?.isConnected) opener.focus();
  if (history.state?.sheet && history.length === length) history.back(); // links inside the source are steps of their own
  return true;
}

export function startSheet() {
  button().addEventListener("click", closeSheet);
  addEventListener("popstate", (event) => event.state?.sheet || closeSheet());
  narrow.addEventListener("change", () => lay(false));
}
