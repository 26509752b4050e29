/* The two questions to the server: what can be asked, and who matches. */

const known = new Map();

/** The declared facts; asked once for each address, and again after a failure. */
export function fetchFacts(url) {
  if (!known.has(url)) {
    const answer = fetch(url, { headers: { Accept: "application/json" } }).then(async (response) => {
      if (!response.ok) throw new Error(`The list of facts answered ${response.status}.`);
      return (await response.json()).data;
    });
    answer.catch(() => known.delete(url));
    known.set(url, answer);
  }
  return known.get(url);
}

/** "At /and/0: There is no fact …", as the server names the place of what it refuses. */
const PLACED = /^At (\/\S*): (.*)$/s;

/**
 * Who matches the condition of a JSON text: {count, of, is_estimate, sample}, or {refusals: [{sentence, pointer, complaint}, …]}
 * where the server refuses it, or {denial: sentence} where this is not for the user to know. Raises where there is no answer. The text is sent as it stands: parsing it would round its numbers.
 */
export async function fetchPreview(url, text, token, signal) {
  const response = await fetch(url, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token },
    body: `{"condition": ${text}}`,
    signal,
  });
  if (response.ok) return response.json();
  // A page instead of JSON would mean that the form itself has grown too old.
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  if (response.status === 403 && isJson) return { denial: "You may not see who matches." };
  if (response.status !== 422) throw new Error(`The preview answered ${response.status}.`);
  const { message, errors } = await response.json();
  const sentences = errors?.condition?.length ? errors.condition : [message];
  return { refusals: sentences.map(placed) };
}

function placed(sentence) {
  const [, pointer = null, complaint = sentence] = PLACED.exec(sentence) ?? [];
  return { sentence, pointer, complaint };
}
