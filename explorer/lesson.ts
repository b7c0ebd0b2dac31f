// The lessons as links, and the one that is open.

import { h, redraw } from "./dom.js";
import { LESSONS, stateOfLesson } from "./lessons.js";
import type { Model } from "./model.js";
import { fragmentOf } from "./permalink.js";
import type { Store } from "./state.js";

/** Draws the list of lessons. Each is a link of its own. */
export function drawLessons(root: HTMLElement, current: number | null): void {
  redraw(
    root,
    LESSONS.map(({ title }, i) => {
      const state = stateOfLesson(i + 1);
      const href = state === undefined ? "#" : `#${fragmentOf(state)}`;
      const isHere = current === i + 1;
      return h(
        "li",
        {},
        h(
          "a",
          { href, "data-key": `lesson ${i + 1}`, "aria-current": isHere ? "true" : null },
          title,
        ),
      );
    }),
  );
}

/** Draws the lesson that is open. */
export function drawLesson(root: HTMLElement, { view }: Model, store: Store): void {
  const number = view.lesson ?? 0;
  const lesson = LESSONS[number - 1];
  root.hidden = lesson === undefined;
  if (root.dataset.lesson === String(number)) return;
  root.dataset.lesson = String(number);
  if (lesson === undefined) {
    redraw(root);
    return;
  }
  const go = (to: number): void => {
    const state = stateOfLesson(to);
    if (state !== undefined) store.open(state);
    else store.look({ lesson: null });
  };
  const button = (text: string, to: number): HTMLElement =>
    h("button", { type: "button", "data-key": text, onclick: () => go(to) }, text);
  redraw(
    root,
    h(
      "div",
      { class: "lesson-asks" },
      h("p", { class: "lesson-number" }, `Lesson ${number} of ${LESSONS.length}`),
      h("h2", {}, lesson.title),
      h("p", { class: "lesson-question" }, lesson.question),
    ),
    h(
      "div",
      { class: "lesson-tries" },
      h("h3", {}, "Try"),
      h(
        "ol",
        { class: "lesson-steps" },
        lesson.attempt.map((step) => h("li", {}, step)),
      ),
    ),
    h(
      "details",
      { class: "lesson-answer" },
      h("summary", { "data-key": "answer" }, "Answer"),
      h("p", {}, lesson.answer),
    ),
    h(
      "div",
      { class: "lesson-buttons" },
      number > 1 && button("Previous lesson", number - 1),
      button("Start again", number),
      number < LESSONS.length && button("Next lesson", number + 1),
      button("Close", 0),
    ),
  );
}
