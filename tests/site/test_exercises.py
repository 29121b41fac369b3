"""Exercises are sections with headings, answers native folds, each with an address."""

from __future__ import annotations

from pathlib import Path

from .tools.small_site import SmallSite

EXERCISE = """# Title

## 1.1 The step

```{exercise-start} 1.2 What is $x$?
:label: ex-1-2
:nonumber:
```
Predict first.
```{exercise-end}
```

```{solution-start} ex-1-2
:label: answer-1-2
```
It is one.
```{solution-end}
```

{ref}`ex-1-2`, {ref}`answer-1-2`
"""


def test_an_exercise_and_its_answer(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "showing.exercises")
    site.page("index", EXERCISE)
    assert site.build() == ""
    html = site.html("index.html")
    assert '<section aria-labelledby="ex-1-2-title" class="exercise" id="ex-1-2">' in html
    assert '<h3 class="exercise-title" id="ex-1-2-title">Exercise 1.2 What is <span' in html
    assert '<details class="answer"><summary>Answer to 1.2</summary>' in html
    assert '<div class="solution" id="answer-1-2">' in html
    assert ">Exercise 1.2 What is" in html.partition('href="#ex-1-2"><span')[2]
    assert ">Answer to 1.2</span>" in html.partition('href="#answer-1-2"><span')[2]
    assert "exercise-content" not in html
    assert "solution-content" not in html


def test_an_exercise_without_title_is_refused(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "showing.exercises")
    site.page("index", EXERCISE.replace(" 1.2 What is $x$?", ""))
    assert "the exercise ex-1-2 has no title" in site.build()


def test_an_answer_to_nothing_is_refused(tmp_path: Path) -> None:
    site = SmallSite(tmp_path, "showing.exercises")
    site.page("index", EXERCISE.replace("{solution-start} ex-1-2", "{solution-start} ex-9"))
    assert "the answer answer-1-2 is to ex-9, which is no exercise of this page" in site.build()
