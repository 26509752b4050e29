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

/**
 * Who matches the condition of a JSON text: {count, of, is_estimate, sample}, or {refusal: [sentence, …]} where the server refuses
 * the condition. Raises where there is no answer. The text is sent as it stands: parsing it would round its numbers.
 */
export async function fetchPreview(url, text, token, signal) {
  const response = await fetch(url, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token },
    body: `{"condition": ${text}}`,
    signal,
  });
  if (response.ok) return response.json();
  if (response.status !== 422) throw new Error(`The preview answered ${response.status}.`);
  const { message, errors } = await response.json();
  return { refusal: errors?.condition?.length ? errors.condition : [message] };
}
