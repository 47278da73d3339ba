// Run inside the page: what is wrong with how it looks, one line a fault.
(() => {
  const faults = [];
  const fault = (what, element) => faults.push(`${what}: ${(element.textContent || element.id).trim().slice(0, 60)}`);
  const width = document.documentElement.scrollWidth;
  if (width > innerWidth) faults.push(`the page is ${width} px wide in a window of ${innerWidth} px`);

  const texts = [...document.querySelectorAll("body *")].filter(element => element.getClientRects().length > 0
    && [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()));
  for (const element of texts) {
    const box = element.getBoundingClientRect();
    if (box.right > innerWidth + 0.5 || box.left < -0.5) fault("cut off at the edge", element);
    if (contrast(element) < 4.5) fault(`contrast ${contrast(element).toFixed(2)}`, element);
    if (parseFloat(getComputedStyle(element).fontSize) < 12) fault("small text", element);
  }

  for (const element of document.querySelectorAll("button, #choose")) {
    const box = element.getBoundingClientRect();
    if (box.width > 0 && (box.width < 24 || box.height < 24)) fault("small target", element);
  }

  for (const image of document.querySelectorAll("img")) {
    if (!image.hasAttribute("alt")) fault("no alternative text", image);
    if (image.getClientRects().length > 0 && image.naturalWidth === 0) fault("picture not loaded", image);
  }

  checkKeyboard();
  if (document.documentElement.lang !== "en" || !document.title) faults.push("no language or title");
  return faults.join("\n");

  // What can be used with a mouse takes the focus, has a name, and shows the focus in a colour that stands out; the order is that of the page.
  function checkKeyboard() {
    const usable = "a[href], button, input, select, textarea, summary, [tabindex]";
    const former = document.activeElement;
    for (const element of document.querySelectorAll(usable)) {
      if (element.getClientRects().length === 0 || element.disabled) continue;
      if (element.tabIndex > 0) fault("tab order", element);
      element.focus({ preventScroll: true });
      if (element.tabIndex < 0 || document.activeElement !== element) fault("not reached by keyboard", element);
      if (!(element.ariaLabel || element.textContent.trim() || element.labels?.[0]?.textContent.trim())) fault("no name", element);

      // The dialogue's own field is out of sight; its label stands for it.
      const seen = element.type === "file" ? element.labels[0] : element;
      const style = getComputedStyle(seen);
      if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) fault("focus is not shown", element);
      else if (contrast(seen.parentElement, style.outlineColor) < 3) fault(`focus is shown with a contrast of ${contrast(seen.parentElement, style.outlineColor).toFixed(2)}`, element);
    }
    document.activeElement.blur();
    if (former !== document.body) former.focus({ preventScroll: true });

    for (const element of document.querySelectorAll("body *")) {
      const style = getComputedStyle(element);
      if ((element.onclick || style.cursor === "pointer") && !element.closest(`${usable}, label`)) fault("for the mouse only", element);
      if (/auto|scroll/.test(style.overflowX + style.overflowY) && (element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight) && element.tabIndex < 0) fault("not scrolled by keyboard", element);
    }
  }

  function contrast(element, colour = getComputedStyle(element).color) {
    const layers = [];
    for (let parent = element; parent; parent = parent.parentElement) layers.push(parse(getComputedStyle(parent).backgroundColor));
    const back = layers.reverse().reduce((below, layer) => below.map((value, i) => i === 3 ? 1 : value * (1 - layer[3]) + layer[i] * layer[3]), [1, 1, 1, 1]);
    const [light, dark] = [luminance(parse(colour)), luminance(back)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  }

  function parse(colour) {
    const numbers = (colour.match(/[\d.]+(e-?\d+)?/g) || ["0", "0", "0", "0"]).map(Number);
    const full = colour.startsWith("color(") ? 1 : 255;
    return [numbers[0] / full, numbers[1] / full, numbers[2] / full, numbers.length > 3 ? numbers[3] : 1];
  }

  function luminance(colour) {
    const [r, g, b] = colour.map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }
})()
