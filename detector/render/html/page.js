// Comfort only: without it every finding is still marked, linked to its note, and explained there.
(() => {
  "use strict";
  if (window.detectorPage) return; // a notebook brings this script once a cell
  window.detectorPage = true;

  const make = (tag, props = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), props);
    element.append(...children);
    return element;
  };
  const button = (label, text, act) => {
    const element = make("button", { type: "button", title: label, onclick: act }, text);
    element.setAttribute("aria-label", label);
    return element;
  };
  const marksOf = (report) => [...report.querySelectorAll(".mark[data-n]")];
  const isShown = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;

  // The card: what the note says, beside the word.
  const body = make("div");
  const at = make("span", { className: "at" });
  const card = make("div", { className: "card", hidden: true, id: "detector-card" }, body,
    make("div", { className: "row" }, at,
      button("Previous finding", "\u2190", () => step(-1)),
      button("Next finding", "\u2192", () => step(1)),
      button("Close", "\u00d7", () => close(true))));
  card.setAttribute("role", "group");
  let current = null; // the mark whose card is open
  let beside = null; // the piece of it that the card stands beside
  let pinned = false; // opened by focus, click or key: stays when the pointer leaves
  let leaving = 0;

  const place = () => {
    if (getComputedStyle(card).position === "fixed") {
      card.style.left = card.style.top = "";
      return;
    }
    const near = [...piecesOf(current)].includes(beside) ? beside : current;
    const box = near.getClientRects()[0] ?? near.getBoundingClientRect();
    const frame = current.closest(".report").getBoundingClientRect();
    const low = box.bottom + 8 + card.offsetHeight <= innerHeight || box.top < card.offsetHeight + 8;
    const left = Math.min(Math.max(box.left - 16, 8), document.documentElement.clientWidth - card.offsetWidth - 8);
    card.style.left = `${left - frame.left}px`;
    card.style.top = `${(low ? box.bottom + 8 : box.top - 8 - card.offsetHeight) - frame.top}px`;
  };

  const show = (mark, pin) => {
    clearTimeout(leaving);
    pinned = pin || (pinned && mark === current);
    if (mark === current && !card.hidden) return;
    unmark();
    current = mark;
    const report = mark.closest(".report");
    const marks = marksOf(report);
    const number = Number(mark.dataset.n);
    const note = document.getElementById(mark.hash.slice(1));
    body.replaceChildren(...[...note.cloneNode(true).children]);
    for (const link of body.querySelectorAll("a")) link.replaceWith(make("span", { className: "actual" }, link.textContent));
    for (const named of body.querySelectorAll("[id]")) named.removeAttribute("id");
    body.className = [...note.classList].find((name) => /^s\d$/.test(name)) ?? "";
    at.textContent = `${number} of ${marks.length}`;
    card.setAttribute("aria-label", `Finding ${at.textContent}`);
    report.append(card);
    card.hidden = false;
    for (const piece of piecesOf(mark)) piece.classList.add("now");
    report.querySelector(`.tick[data-n="${number}"]`)?.classList.add("now");
    const counter = report.querySelector(".steps .at");
    if (counter) counter.textContent = at.textContent;
    place();
  };
  const piecesOf = (mark) => mark.closest(".report").querySelectorAll(`.mark[href="${mark.getAttribute("href")}"]`);
  const unmark = () => {
    for (const marked of document.querySelectorAll(".mark.now, .tick.now")) marked.classList.remove("now");
  };
  const close = (refocus) => {
    if (refocus && card.contains(document.activeElement)) current?.focus({ preventScroll: true });
    card.hidden = true;
    pinned = false;
    unmark();
  };
  const go = (mark) => {
    beside = mark;
    const { top, bottom } = mark.getBoundingClientRect();
    if (top < 110 || bottom > innerHeight * 0.6) mark.scrollIntoView({ block: "center" });
    if (!card.contains(document.activeElement)) mark.focus({ preventScroll: true });
    show(mark, true);
  };
  const step = (by, report) => {
    const root = report ?? current?.closest(".report") ?? [...document.querySelectorAll(".report")].find(isShown);
    const marks = root ? marksOf(root) : [];
    if (!marks.length) return;
    const here = current && root.contains(current) ? marks.indexOf(current) : by > 0 ? -1 : 0;
    go(marks[(here + by + marks.length) % marks.length]);
  };

  const markAt = (event) => {
    const piece = event.target.closest?.(".mark");
    beside = piece ?? beside;
    return piece && [...piecesOf(piece)].find((each) => each.dataset.n);
  };
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const mark = markAt(event);
    if (mark) { if (!pinned || mark === current) show(mark, false); }
    else if (card.contains(event.target)) clearTimeout(leaving);
    else if (!pinned && !card.hidden) { clearTimeout(leaving); leaving = setTimeout(close, 250); }
  });
  document.addEventListener("focusin", (event) => {
    const mark = markAt(event);
    if (mark) { if (mark.matches(":focus-visible")) show(mark, true); }
    else if (pinned && !card.contains(event.target) && !event.target.closest(".steps")) close();
  });
  document.addEventListener("click", (event) => {
    const mark = markAt(event);
    if (mark) {
      event.preventDefault();
      if (mark === current && pinned && !card.hidden) close(); else show(mark, true);
    } else if (event.target.matches?.(".tick")) {
      go(event.target.closest(".report").querySelector(`.mark[data-n="${event.target.dataset.n}"]`));
    } else if (!card.hidden && !card.contains(event.target) && !event.target.closest(".steps")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && !card.hidden) close(true);
    else if (event.target.closest?.("input, select, textarea, [contenteditable], svg")) return;
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      const report = event.target.closest?.(".report");
      const onPage = document.body.classList.contains("page");
      if (!report && !onPage) return; // in a notebook the arrows are the notebook's
      event.preventDefault();
      step(event.key === "ArrowRight" ? 1 : -1, report);
    }
  });
  addEventListener("resize", () => { if (!card.hidden) place(); });

  // Steps from finding to finding, beside the strip.
  for (const bar of document.querySelectorAll("[data-bar]")) {
    const report = bar.closest(".report");
    const total = marksOf(report).length;
    if (!total) continue;
    bar.append(make("div", { className: "steps" },
      button("Previous finding (left arrow)", "\u2190", () => step(-1, report)),
      make("span", { className: "at" }, `${total} in all`),
      button("Next finding (right arrow)", "\u2192", () => step(1, report))));
  }

  // The index of a page with several articles.
  const entries = [...document.querySelectorAll("main > .entry")];
  if (entries.length > 1) {
    const ranks = new Map(entries.map((entry) => [entry, entry.querySelector("summary").dataset.reliability]));
    const rank = (entry) => (ranks.get(entry) === "" ? Infinity : Number(ranks.get(entry)));
    const order = make("select", { id: "detector-order" },
      make("option", { value: "given" }, "in the order given"),
      make("option", { value: "rank" }, "least reliable first"));
    order.onchange = () => {
      const sorted = order.value === "given" ? entries : [...entries].sort((a, b) => rank(a) - rank(b));
      document.querySelector("main").append(...sorted);
    };
    const all = make("button", { type: "button" }, "Open all");
    all.onclick = () => {
      const open = entries.some((entry) => !entry.open);
      for (const entry of entries) entry.open = open;
      all.textContent = open ? "Close all" : "Open all";
    };
    document.querySelector(".masthead").append(make("div", { className: "index" },
      make("span", { className: "total" }, `${entries.length} articles`),
      make("label", { htmlFor: order.id }, "Show"), order, all));
    document.querySelector("main").before(make("div", { className: "columns", ariaHidden: "true" },
      ...["article", "", "reliability", "verdict"].map((title) => make("span", {}, title))));
    const wanted = location.hash && document.getElementById(location.hash.slice(1))?.closest(".entry");
    for (const entry of entries) entry.open = entry === wanted;
  }
  addEventListener("beforeprint", () => {
    close();
    for (const folded of document.querySelectorAll(".page details:not([open])")) {
      folded.dataset.folded = "";
      folded.open = true;
    }
  });
  addEventListener("afterprint", () => {
    for (const folded of document.querySelectorAll("details[data-folded]")) {
      folded.open = false;
      delete folded.dataset.folded;
    }
  });
})();
