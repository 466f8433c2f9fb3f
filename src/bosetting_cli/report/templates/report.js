"use strict";
(() => {
  const payload = JSON.parse(document.getElementById("payload").textContent);
  const { words, heads, names, codes } = payload;
  const locale = payload.lang === "en" ? "en-GB" : "nb-NO";
  const panel = document.getElementById("panel");
  const body = document.querySelector("#t tbody");
  const rows = [...body.rows];

  // What is common to all municipalities is written once: see packing.py.
  const unpack = (p, i) => {
    if ("c" in p) return p.c;
    if ("v" in p) return p.v[i];
    if ("s" in p) return p.s[p.i[i]];
    if ("o" in p) return p.i[i] < 0 ? null : unpack(p.o, p.i[i]);
    if ("l" in p) return p.l.map((part) => unpack(part, i));
    return Object.fromEntries(Object.entries(p.d).map(([key, part]) => [key, unpack(part, i)]));
  };
  const place = new Map(codes.map((code, i) => [code, i]));
  const explanations = codes.map((_, i) => unpack(payload.explanations, i));

  // Numbers and elements
  const n = (value, digits = 0) =>
    value === null ? "–" : value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const percent = (value, digits = 1) => (value === null ? "–" : `${n(value * 100, digits)}${payload.lang === "en" ? "%" : "\u00a0%"}`);
  const amount = (value, unit) => {
    if (unit === "rate") return percent(value);
    return value === null ? "–" : n(value, unit === "persons" || Number.isInteger(value) ? 0 : 2);
  };
  const h = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes ?? {})) node.setAttribute(key, value);
    node.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return node;
  };
  // A value of the explanation: as people read it, and exactly, with its path, for programs.
  const d = (path, value, ...shown) =>
    h("data", { value: JSON.stringify(value), "data-path": path }, ...(shown.length ? shown : [String(value ?? "–")]));
  const named = (name) => names[name] ?? name;
  const years = (list) => {
    if (list.length > 2 && list.at(-1) - list[0] === list.length - 1) return `${list[0]}–${list.at(-1)}`;
    return list.join(", ");
  };

  // The panel
  const answer = (e, why) => {
    const asked = e.status === "selected";
    const groups = Object.entries(e.of_which).map(([name, count]) => `${n(count)} ${named(name)}`).join(", ");
    return h("div", { class: "answer" },
      h("strong", {}, asked ? d("requested", e.requested, `${n(e.requested)} ${words.people}`)
        : d("requested", e.requested, heads["not selected"])),
      h("p", {}, d("of_which", e.of_which, groups ? `${words["of whom"]} ${groups}. ` : ""),
        d("cannot_receive", e.cannot_receive, e.cannot_receive.length ? words["cannot receive"].replace("{names}", e.cannot_receive.map(named).join(", ")) : "")),
      h("p", {}, d("status", e.status, heads[e.status]), ". ", d("reason", e.reason, why)));
  };
  const figureCell = (c, at) => {
    const raw = c.raw === null ? words["not published"] : `${words.raw} ${amount(c.raw, c.unit)}`;
    const people = c.participants === null ? "" : `${n(c.participants)} ${words.participants}`;
    return h("td", { class: "r", "data-label": heads.figure },
      h("b", {}, d(`${at}.figure`, c.figure, amount(c.figure, c.unit))), " ",
      d(`${at}.unit`, c.unit, c.unit === "rate" ? "" : named(c.unit)),
      h("small", {}, d(`${at}.years`, c.years, years(c.years)), c.years.length ? "; " : "", d(`${at}.raw`, c.raw, raw)),
      h("small", {}, d(`${at}.national`, c.national, `${words[c.unit === "rate" ? "national" : "mean"]} ${amount(c.national, c.unit)}`)),
      h("small", {}, d(`${at}.participants`, c.participants, people)),
      h("small", {}, d(`${at}.numerator`, c.numerator, c.numerator === null ? "" : `${n(c.numerator)} ${words.numerator}`)),
      h("small", {}, d(`${at}.imputed`, c.imputed, c.imputed ? words["national used"] : ""),
        d(`${at}.smoothed`, c.smoothed, c.smoothed ? words.smoothed : "")));
  };
  const criterionRow = (c, i) => {
    const at = `criteria.${i}`;
    return h("tr", {},
      h("th", { scope: "row", class: "cap" }, d(`${at}.name`, c.name, h("b", {}, d(`${at}.title`, c.title, named(c.name)))),
        h("small", {}, `${heads.weight} `, d(`${at}.weight`, c.weight, percent(c.weight, 0)), ". ", d(`${at}.source`, c.source, named(c.source ?? ""))),
        h("small", {}, h("code", {}, d(`${at}.indicator`, c.indicator)))),
      figureCell(c, at),
      h("td", { class: "r", "data-label": heads.place }, d(`${at}.place`, c.place, n(c.place))),
      h("td", { class: "r", "data-label": heads.share }, d(`${at}.share`, c.share, percent(c.share, 3))),
      h("td", { class: "r", "data-label": heads.gives }, d(`${at}.contribution`, c.contribution, n(c.contribution, 2))));
  };
  const criteriaTable = (e) => {
    const keys = ["criterion", "figure", "place", "share", "gives"];
    return h("div", { class: "scroll crit", tabindex: "0", role: "group", "aria-label": words.figures }, h("table", {},
      h("thead", {}, h("tr", {}, keys.map((key, i) => h("th", { scope: "col", class: i ? "r" : "" }, heads[key])))),
      h("tbody", {}, e.criteria.map(criterionRow)),
      h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, words["before rounding"]), h("td"), h("td"),
        h("td", { class: "r", "data-label": heads.share }, d("share", e.share, percent(e.share, 3))),
        h("td", { class: "r", "data-label": heads.gives }, d("quota", e.quota, n(e.quota, 2)))))));
  };
  const condition = (c, i) => {
    const at = `conditions.${i}`;
    const shown = c.figures.map((f) => (f === null ? words["not published"] : n(f, Number.isInteger(f) ? 0 : 2))).join(", ");
    return h("li", {}, h("b", {}, words.condition), " ", d(`${at}.name`, c.name, named(c.name)), " (",
      h("code", {}, d(`${at}.indicator`, c.indicator)), " ", words["at least"], " ", d(`${at}.at_least`, c.at_least, n(c.at_least, Number.isInteger(c.at_least) ? 0 : 2)), " ",
      d(`${at}.unit`, c.unit, named(c.unit)), " ", d(`${at}.within`, c.within, words[c.within]), " ", d(`${at}.years`, c.years, years(c.years)), "): ",
      d(`${at}.figures`, c.figures, shown), " – ", d(`${at}.met`, c.met, words[c.met ? "met" : "not met"]),
      h("small", {}, d(`${at}.source`, c.source, named(c.source ?? ""))));
  };
  const ranking = (e) => h("li", {}, h("b", {}, heads.rank), " ", d("rank", e.rank, n(e.rank)), ` ${words.of} `,
    d("eligible", e.eligible, n(e.eligible)), " ", d("group", e.group, e.group), ` (${words["ranked by"]} `,
    d("ranked_by", e.ranked_by, payload.by[e.ranked_by] ?? named(e.ranked_by)), "); ", d("cut", e.cut, n(e.cut)), ` ${words.cut}, `,
    d("asked", e.asked, n(e.asked)), ` ${words["asked in all"]}`);
  const bound = (e) => h("li", {}, h("b", {}, words.minimum), " ", d("minimum", e.minimum, n(e.minimum)), ": ",
    d("at_minimum", e.at_minimum, words[e.at_minimum ? "minimum decides" : "not deciding"]), ". ", h("b", {}, words.maximum), " ",
    d("maximum", e.maximum, e.maximum === null ? words.none : n(e.maximum)), ": ",
    d("at_maximum", e.at_maximum, words[e.at_maximum ? "maximum decides" : "not deciding"]), ".");
  const rounding = (e) => {
    const r = e.rounding;
    if (r === null) return h("li", {}, h("b", {}, words.rounding), " ", d("rounding", null));
    return h("li", {}, h("b", {}, words.rounding), " ", d("rounding.method", r.method, d("rounding.method_title", r.method_title, r.method_title)), ": ",
      n(e.quota, 2), ` ${words["divided by"]} `, d("rounding.divisor", r.divisor, n(r.divisor, 5)), ` ${words.gives} `,
      d("rounding.quotient", r.quotient, n(r.quotient, 2)), h("small", {}, `${words.divisors} `,
        d("rounding.divisors", r.divisors, r.divisors.map((v) => n(v, 6)).join(` ${words.to} `))));
  };
  const fill = (i) => {
    const e = explanations[i];
    const changes = unpack(payload.changes, i);
    const close = h("button", { type: "button", id: "close" }, words.close);
    const print = h("button", { type: "button" }, words.print);
    close.addEventListener("click", shut);
    print.addEventListener("click", () => window.print());
    panel.replaceChildren(h("div", {},
      h("header", {}, h("div", {}, h("h2", { id: "panel-h" }, d("municipality", e.municipality)),
        h("p", { class: "sub" }, d("kommunenummer", e.kommunenummer), " · ", d("fylke", e.fylke), " · ",
          d("population", e.population, `${n(e.population)} ${words.inhabitants}`))), print, close),
      answer(e, unpack(payload.why, i)),
      h("h3", {}, words.figures), criteriaTable(e),
      h("h3", {}, words.steps), h("ol", {}, e.conditions.map(condition), ranking(e),
        h("li", {}, h("b", {}, words["shared out"]), " ", d("total", e.total, n(e.total)), ` ${words.people}`), rounding(e), bound(e)),
      changes.length ? [h("h3", {}, words.changes), h("ul", {}, changes.map((text) => h("li", {}, text)))] : []));
  };

  // Addresses: #0301 opens Oslo's panel
  const follow = () => {
    const i = place.get(decodeURIComponent(location.hash.slice(1)));
    if (i === undefined) {
      if (panel.open) panel.close();
      return;
    }
    fill(i);
    if (!panel.open) panel.showModal();
    panel.scrollTop = 0;
    document.getElementById("close").focus();
  };
  const unmark = () => {
    if (!panel.open && place.has(location.hash.slice(1))) history.pushState(null, "", location.href.split("#")[0]);
  };
  const shut = () => {
    panel.close();
    unmark();
  };
  panel.addEventListener("close", unmark); // Esc; it comes late, when the next may be open
  panel.addEventListener("click", (event) => event.target === panel && shut());
  window.addEventListener("hashchange", follow);
  window.addEventListener("popstate", follow);

  // Marks in the drawings: pointing shows the number, pressing opens the panel
  const tip = document.getElementById("tip");
  const said = new WeakMap();
  for (const title of document.querySelectorAll("figure svg :not(svg) > title")) {
    said.set(title.parentNode, title.textContent);
    title.remove();
  }
  const marked = (event) => event.target.closest?.("figure svg *");
  document.addEventListener("pointermove", (event) => {
    const mark = marked(event);
    tip.hidden = !mark || !said.has(mark);
    if (tip.hidden) return;
    tip.textContent = said.get(mark);
    tip.style.left = `${Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.max(event.clientY - 38, 4)}px`;
  });
  document.addEventListener("click", (event) => {
    const mark = event.target.closest?.("figure svg [data-k]");
    if (!mark) return;
    location.hash = `#${mark.dataset.k}`;
    follow();
  });

  // The table: sort, search, filter
  const value = (key, i) => {
    const e = explanations[i];
    if (key === "rank") return parseInt(byCode.get(codes[i]).cells[0].textContent, 10) || null;
    if (key === "per_1000") return unpack(payload.per_1000, i);
    if (key === "requested") return e.status === "selected" ? e.requested : null;
    if (key === "status") return words[e.status];
    if (key.startsWith("of_which ")) return e.status === "selected" ? (e.of_which[key.slice(9)] ?? 0) : null;
    if (key.startsWith("criterion ")) return e.criteria.find((c) => c.name === key.slice(10)).contribution;
    return e[key];
  };
  const byCode = new Map(rows.map((row) => [row.id, row]));
  const collator = new Intl.Collator("nb");
  const compare = (a, b) => (typeof a === "string" ? collator.compare(a, b) : a - b);
  const sort = (head) => {
    const key = head.dataset.key;
    const number = head.classList.contains("r") && key !== "rank";
    const now = head.getAttribute("aria-sort");
    const up = now ? now === "descending" : !number;
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const sign = up ? 1 : -1;
    const order = codes.map((_, i) => [value(key, i), i]).sort(([a, i], [b, j]) => {
      if (a === null || b === null) return (a === null) - (b === null) || i - j;
      return sign * compare(a, b) || i - j;
    });
    body.append(...order.map(([, i]) => byCode.get(codes[i])));
  };
  const query = document.getElementById("q");
  const fylke = document.getElementById("f");
  const status = document.getElementById("s");
  const letters = { ø: "o", æ: "ae", đ: "d", ŋ: "n", ŧ: "t", ß: "ss" };
  const fold = (text) =>
    text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/[øæđŋŧß]/g, (letter) => letters[letter]);
  const fits = (e) =>
    (!fylke.value || e.fylke === fylke.value) && (!status.value || e.status === status.value) &&
    (fold(e.municipality).includes(fold(query.value.trim())) || e.kommunenummer.startsWith(query.value.trim()));
  const filter = () => {
    let shown = 0;
    explanations.forEach((e, i) => {
      const fit = fits(e);
      byCode.get(codes[i]).hidden = !fit;
      shown += fit;
    });
    document.getElementById("nothing").hidden = shown > 0;
    document.getElementById("count").textContent = words.shown.replace("{shown}", n(shown)).replace("{all}", n(codes.length));
  };

  // CSV: the rows that are shown, in their order, with the columns of `bosetting allocate`
  const cell = (v) => {
    if (v === null || v === undefined) return "";
    if (typeof v !== "string") return String(v);
    const safe = /^[=+\-@\t\r\n＝＋－＠]/.test(v) ? `'${v}` : v;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const exact = (key, i) => { // as programs know it, not as people read it
    if (key === "requested" || key === "status") return explanations[i][key];
    return key.startsWith("of_which ") ? (explanations[i].of_which[key.slice(9)] ?? 0) : value(key, i);
  };
  const csv = () => {
    const lines = [...body.rows].filter((row) => !row.hidden).map((row) => {
      const i = place.get(row.id);
      return payload.csv.map(([, key]) => cell(exact(key, i))).join(",");
    });
    return [payload.csv.map(([name]) => cell(name)).join(","), ...lines].join("\n") + "\n";
  };
  const download = () => {
    const link = h("a", { href: URL.createObjectURL(new Blob([csv()], { type: "text/csv" })), download: "bosetting.csv" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  document.querySelector("#t thead").addEventListener("click", (event) => {
    const head = event.target.closest("th");
    if (head) sort(head);
  });
  for (const control of [query, fylke, status]) control.addEventListener("input", filter);
  document.querySelector("form.controls").addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("csv").addEventListener("click", download);
  document.body.classList.add("on");
  filter();
  follow();
})();
