"""One row per survey, wave, concept, base, kind and term of open answers.

It tells how many organisations used the term, of how many that answered. A question without terms
has one row, of the kind `none`, with the reason. Words that too few organisations used are in no
row (analyses/terms.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def model(dbt: Any, session: Any) -> pd.DataFrame:
    """Count the words of every open question, in the language of its survey."""
    import pandas as pd

    from analyses.terms import Vocabulary, count_terms, has_dictionary

    key = ["survey", "wave", "concept", "base"]
    crosswalk = dbt.ref("hrm_crosswalk").df()
    texts = dbt.ref("hrm_texts").df().rename(columns={"answer_text": "text"})
    rules = dbt.ref("release_rules").df().set_index("rule")["value"]
    languages = dbt.ref("term_languages").df().set_index("survey")["language"]
    stop_words = dbt.ref("stop_words").df()
    words = dbt.ref("term_words").df()

    questions = crosswalk.loc[crosswalk["gives"] == "text", key].drop_duplicates()
    tables = []
    for question in questions.itertuples(index=False):
        answers = texts[(texts[key] == tuple(question)).all(axis=1)]
        n, language = answers["organisation"].nunique(), languages.get(question.survey, "")
        listed = words[words["language"] == language]
        grouped = listed.dropna(subset="term_group")
        vocabulary = Vocabulary(
            language,
            frozenset(stop_words.loc[stop_words["language"] == language, "word"]),
            dict(zip(listed["word"], listed["term"], strict=True)),
            dict(zip(grouped["term"], grouped["term_group"], strict=True)),
        )
        reason = None
        if not (vocabulary.stop_words and has_dictionary(language)):
            reason = "unknown_language"
        elif n < rules["minimum_term_answers"]:
            reason = "too_few_answers"
        fewest = int(rules["minimum_term_organisations"])
        found = pd.DataFrame() if reason else count_terms(answers, vocabulary, fewest)
        if reason or not found["kind"].eq("term").any():
            none = {"kind": "none", "term": "", "organisations": 0}
            none["reason"] = reason or "no_common_word"
            found = pd.concat([found, pd.DataFrame([none])])
        tables.append(found.assign(**question._asdict(), language=language, n=n))
    columns = {
        **dict.fromkeys([*key, "language", "kind", "term"], "string"),
        "organisations": "int64",
        "n": "int64",
        "reason": "string",
    }
    every = pd.concat(tables) if tables else pd.DataFrame()
    return every.reindex(columns=list(columns)).astype(columns)
