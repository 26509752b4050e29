// Copying a secret that is shown once: data-copy names the input. Without a clipboard the text is selected instead.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const input = document.getElementById(button.dataset.copy);
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
  } catch {
    document.execCommand("copy");
  }
  document.getElementById(`${button.dataset.copy}-copied`).textContent = "Copied.";
});
