// What the page asks the server for beside the call itself. A token is kept for as long as the tab
// is open, and no longer.

const KEPT = "kairos.token";

export function token() {
  return sessionStorage.getItem(KEPT) ?? "";
}

export function keepToken(given) {
  if (given) sessionStorage.setItem(KEPT, given);
  else sessionStorage.removeItem(KEPT);
}

function asked(path) {
  const headers = token() ? { Authorization: `Bearer ${token()}` } : {};
  return fetch(path, { headers, cache: "no-store" });
}

// {status, policies, room}: `room` says whether there is a line free.
export async function policies() {
  const answer = await asked("policies");
  return { status: answer.status, ...(answer.ok ? await answer.json() : {}) };
}

// The files of a call by name, once they are written; what there is by `patience` (ms).
export async function files(call, patience = 10000) {
  const until = performance.now() + patience;
  for (;;) {
    const answer = await asked(`calls/${call}`);
    const found = answer.ok ? (await answer.json()).files : {};
    if (found["report.html"] || performance.now() > until) return found;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

export async function content(path) {
  const answer = await asked(path);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.blob();
}
