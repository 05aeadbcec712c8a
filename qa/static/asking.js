// What the server is asked, and how it answers. Addresses are relative to the page, so that they hold behind a proxy.

export class Refused extends Error {}

export async function post(path, said) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(said),
    });
  } catch {
    throw new Refused("The chat does not answer: is it still running?");
  }
  if (!response.ok) throw new Refused(await reason(response));
  return response;
}

export async function reason(response) {
  try {
    return (await response.json()).error ?? `It was refused (${response.status}).`;
  } catch {
    return `It was refused (${response.status}).`;
  }
}

// Calls `take` with each line of JSON as it comes.
export async function eachLine(response, take) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) take(JSON.parse(line));
  }
}

// Puts a message where it belongs; a problem looks like one, and nothing else does.
export function tell(place, words, isProblem = false) {
  place.textContent = words;
  place.classList.toggle("trouble", isProblem);
}

export const hint = (words) => tell(document.getElementById("hint"), words);
export const warn = (words) => tell(document.getElementById("hint"), words, true);
