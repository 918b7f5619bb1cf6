"use strict";
// Comforts only: the page says everything without this.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  for (const button of all("button.copy")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  }

  const toggle = document.querySelector("button.all");
  if (toggle) {
    toggle.hidden = false;
    toggle.addEventListener("click", () => {
      const open = toggle.textContent === "Open all";
      for (const finding of all("details.finding")) finding.open = open;
      toggle.textContent = open ? "Close all" : "Open all";
    });
  }

  // What is closed on the screen is opened on paper, and closed again after it.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });

  const svg = document.querySelector("svg[data-seconds]");
  const figures = document.querySelector("script.figures");
  if (!svg || !figures) return;
  const { clock, flows } = JSON.parse(figures.textContent);
  const [left, right, seconds] = ["left", "right", "seconds"].map((name) => Number(svg.dataset[name]));
  const cursor = svg.querySelector(".cursor");
  const readout = document.querySelector(".readout");
  readout.hidden = false;
  readout.textContent = "Point at the chart to read it.";

  const reached = (times, at) => {
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] <= at) low = middle + 1; else high = middle;
    }
    return low;
  };
  const business = (at) => {
    for (let place = 1; place < clock.length; place += 1) {
      const [from, first] = clock[place - 1];
      const [to, last] = clock[place];
      if (from <= at && at <= to && to > from) {
        const moment = new Date(first + (last - first) * (at - from) / (to - from));
        return moment.toISOString().slice(0, 16).replace("T", " ");
      }
    }
    return "";
  };
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
    if (x < left || x > right) return;
    const at = (x - left) / (right - left) * seconds;
    cursor.setAttribute("x1", x);
    cursor.setAttribute("x2", x);
    cursor.setAttribute("visibility", "visible");
    const parts = flows.map((flow) => {
      const counts = flow.series.map(([name, times]) => `${reached(times, at)} ${name}`);
      return `${flow.name}: ${counts.join(", ")}`;
    });
    readout.textContent = [`${at.toFixed(1)} s, ${business(at)} UTC`, ...parts].join(" · ");
  });
  svg.addEventListener("pointerleave", () => cursor.setAttribute("visibility", "hidden"));
})();
