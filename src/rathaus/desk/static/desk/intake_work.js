// Comfort: while work on pages goes on, its part of the page is fetched anew every two seconds.
(() => {
  const id = "stand";
  const look = async () => {
    const here = document.getElementById(id);
    if (!here || !("open" in here.dataset)) return;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(id);
      if (answer.ok && fresh && fresh.innerHTML !== here.innerHTML) {
        here.replaceWith(document.adoptNode(fresh));
        if (!("open" in fresh.dataset)) {
          const heading = fresh.querySelector("h2");
          heading.tabIndex = -1;
          heading.focus();
        }
      }
    } catch { /* the link "Neu laden" is still there */ }
    setTimeout(look, 2000);
  };
  setTimeout(look, 1000);
})();
