// Names the controls that are shown, as Tab should reach them; of radio buttons the chosen one.
(() => {
  const selector = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  return [...document.querySelectorAll(selector)]
    .filter((e) => !e.disabled && e.tabIndex >= 0 && e.checkVisibility() && e.getClientRects().length > 0)
    .filter((e) => e.type !== 'radio' || e.checked)
    .map((e) => {
      e.dataset.control ??= String(Math.random());
      return e.dataset.control;
    });
})()
