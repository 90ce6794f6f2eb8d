/* Offers finds while somebody types (the combobox pattern of WAI-ARIA 1.2). Without it the form leads to /search. */

const WAIT = 120;

function offer(form) {
  const input = form.querySelector("input[type=search]");
  const list = Object.assign(document.createElement("ul"), { className: "finds", id: `${input.id}-finds`, hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label"));
  form.append(list);
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
  const show = (finds) => {
    close();
    list.replaceChildren(...finds.map((find, index) => {
      const option = Object.assign(document.createElement("li"), { id: `${list.id}-${index}`, textContent: find.name });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.address = find.address;
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
      const answer = await fetch(`${form.dataset.suggest}?${new URLSearchParams({ q: query, lang: document.documentElement.lang })}`);
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
  input.addEventListener("focus", () => fetch(`${form.dataset.suggest}?q=`).catch(() => undefined), { once: true });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) { close(); event.preventDefault(); }
    if (event.key === "Enter" && chosen >= 0) { event.preventDefault(); location.assign(list.children[chosen].dataset.address); }
    if (list.hidden || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    event.preventDefault();
    choose(event.key === "ArrowDown" ? chosen + 1 : Math.max(chosen, 0) - 1);
  });
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-address]");
    if (option) location.assign(option.dataset.address);
  });
}

document.querySelectorAll("form.find").forEach(offer);
