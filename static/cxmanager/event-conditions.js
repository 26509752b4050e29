// A condition on an event can ask what that event carries: the builder follows the box in which the event is chosen.
document.addEventListener("DOMContentLoaded", () => {
  for (const condition of document.querySelectorAll("textarea[data-facts-of-event]")) {
    const event = condition.form?.elements[condition.dataset.eventBox];
    if (!event) continue;
    const follow = () => {
      condition.dataset.factsUrl = `${condition.dataset.factsOfEvent}?trigger=${encodeURIComponent(event.value)}`;
    };
    // The list that searches tells of a choice through jQuery only.
    window.django.jQuery(event).on("change", follow);
  }
});
