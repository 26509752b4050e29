// The card beside a benefit definition's form follows what is typed. The server draws it, by the model's own rules.
document.addEventListener("DOMContentLoaded", () => {
  const preview = document.getElementById("benefit-preview");
  const form = preview?.closest("form");
  if (!form) return;
  let waiting = null;
  let latest = 0;

  const draw = async () => {
    const number = ++latest;
    const values = new FormData(form);
    for (const [name, value] of [...values]) if (value instanceof File) values.delete(name);
    const answer = await fetch(preview.dataset.url, { method: "POST", body: values }).catch(() => null);
    if (!answer?.ok || number !== latest) return;
    preview.innerHTML = (await answer.json()).card;
    showChosenPicture();
  };

  // A picture that is not uploaded yet is shown from the browser's own memory.
  const showChosenPicture = () => {
    const file = form.querySelector("input[type=file][name=image]")?.files[0];
    const saved = preview.dataset.image;
    const isCleared = form.querySelector("input[name=image-clear]")?.checked;
    const address = file ? URL.createObjectURL(file) : !isCleared && saved;
    const place = preview.querySelector(".benefit-card-image");
    if (!address || !place) return;
    const picture = document.createElement("img");
    picture.className = "benefit-card-image";
    picture.alt = "";
    // What is no picture is told by the form when it is saved; the card keeps what it shows.
    picture.addEventListener("error", () => picture.replaceWith(place));
    picture.src = address;
    place.replaceWith(picture);
  };

  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(draw, 300);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
});
