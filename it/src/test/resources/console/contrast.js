// Finds texts whose contrast to what is behind them is less than 4.5, or 3 where they are large.
(() => {
  const parse = (color) => {
    const parts = color.match(/[\d.]+/g).map(Number);
    return { rgb: parts.slice(0, 3), alpha: parts[3] ?? 1 };
  };
  const over = (top, below) => top.rgb.map((one, i) => one * top.alpha + below[i] * (1 - top.alpha));
  const behind = (element) => {
    if (!element) {
      return [255, 255, 255];
    }
    const color = parse(getComputedStyle(element).backgroundColor);
    return color.alpha === 1 ? color.rgb : over(color, behind(element.parentElement));
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((one) => {
      const share = one / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const shown = element.checkVisibility() && element.getClientRects().length > 0;
    if (!walker.currentNode.data.trim() || !shown || ['OPTION', 'SCRIPT'].includes(element.tagName)) {
      continue;
    }
    const style = getComputedStyle(element);
    const back = behind(element);
    const front = over(parse(style.color), back);
    const [high, low] = [luminance(front), luminance(back)].sort((one, other) => other - one);
    const ratio = (high + 0.05) / (low + 0.05);
    const size = parseFloat(style.fontSize);
    if (ratio < (size >= 24 || (size >= 18.7 && style.fontWeight >= 700) ? 3 : 4.5)) {
      found.push(`${ratio.toFixed(2)} ${element.className || element.tagName}: ${walker.currentNode.data.slice(0, 40)}`);
    }
  }
  return [...new Set(found)];
})()
