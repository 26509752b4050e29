// A condition on an event can ask what that event carries: the builder follows the box in which the event is chosen.
document.addEventListener("DOMContentLoaded", () => {
  const event = document.querySelector("select[name=trigger]");
  if (!event) return;
  const follow = () => {
    for (const box of document.querySelectorAll("textarea[data-facts-of-event]")) {
      box.dataset.factsUrl = `${box.dataset.factsOfEvent}?trigger=${encodeURIComponent(event.value)}`;
    }
  };
  // The list that searches tells of a choice through jQuery only.
  window.django.jQuery(event).on("change", follow);
});
