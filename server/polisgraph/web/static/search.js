/* Offers finds while somebody types (the combobox pattern of WAI-ARIA 1.2): below the search of the site, where a find
   leads to its page, and below fields of reports, where it is written into the field. Without it the forms work as well. */

const WAIT = 120;

/* Offers below `input`, at the end of `room`, what `address` answers; `take` is given the option that somebody chose. */
function offer(input, room, address, take) {
  const list = Object.assign(document.createElement("ul"), { className: "finds", id: `${input.id}-finds`, hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label") ?? input.labels[0]?.textContent.trim() ?? "");
  room.append(list);
  const said = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off" };
  Object.entries(said).forEach(([name, value]) => input.setAttribute(name, value));
  let chosen = -1;
  let timer = 0;
  let asked = 0;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (to) => {
    const options = [...list.children];
    if (!options.length) return;
    chosen = (to + options.length) % options.length;
    options.forEach((option, index) => option.setAttribute("aria-selected", String(index === chosen)));
    input.setAttribute("aria-activedescendant", options[chosen].id);
    options[chosen].scrollIntoView({ block: "nearest" });
  };
  const end = (option) => {
    clearTimeout(timer);
    asked += 1;
    close();
    take(option.dataset.gives);
  };
  const show = (finds) => {
    close();
    list.replaceChildren(...finds.map((find, index) => {
      const option = Object.assign(document.createElement("li"), { id: `${list.id}-${index}`, textContent: find.name });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.gives = find.address ?? find.value;
      option.append(" ", Object.assign(document.createElement("span"), { textContent: find.what }));
      return option;
    }));
    list.hidden = !finds.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
  };
  const ask = async () => {
    const mine = (asked += 1);
    const query = input.value.trim();
    if (!query) return close();
    try {
      const answer = await fetch(`${address}?${new URLSearchParams({ q: query, lang: document.documentElement.lang })}`);
      const finds = answer.ok ? await answer.json() : [];
      if (mine === asked) show(finds);
    } catch {
      close();
    }
    return undefined;
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  // The names are read when they are needed first; who comes here will need them.
  input.addEventListener("focus", () => fetch(`${address}?q=`).catch(() => undefined), { once: true });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) { close(); event.preventDefault(); }
    if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); end(list.children[chosen]); }
    if (list.hidden || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    choose(event.key === "ArrowDown" ? chosen + 1 : Math.max(chosen, 0) - 1);
  });
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-gives]");
    if (option) end(option);
  });
}

document.querySelectorAll("form.find").forEach((form) => {
  offer(form.querySelector("input[type=search]"), form, form.dataset.suggest, (to) => location.assign(to));
});
document.querySelectorAll("[data-offers]").forEach((room) => {
  const input = room.querySelector("input");
  offer(input, room, room.dataset.offers, (value) => { input.value = value; });
});
