// Whether it can be seen where the focus is: a ring that is drawn, in a color other than what is behind.
(() => {
  const focused = document.activeElement;
  const style = getComputedStyle(focused.closest('.choice') ?? focused);
  const box = focused.getBoundingClientRect();
  const inView = box.bottom > 0 && box.top < innerHeight;
  return inView && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    && style.outlineColor !== getComputedStyle(document.body).backgroundColor;
})()
