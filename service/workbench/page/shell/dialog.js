// A question that stands before the page until it is answered.

/** Shows a dialog, with the focus on `first`; once it is closed it is gone. Resolves then. */
export function openDialog(dialog, first) {
  document.body.append(dialog);
  dialog.showModal();
  first.focus();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    dialog.remove();
    resolve();
  }));
}
