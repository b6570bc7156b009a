-- One row per figure of a release, and per comparison that it judges: between waves, groups and
-- countries. A line with {lang} is repeated for nl and en.
with figures as (
    select
        'indicator' as kind,
        indicator_id as figure_id,
        [survey || '/' || wave] as origins,
        wave,
        in_dashboard as is_public,
        estimate as value,
        estimate_low as low,
        estimate_high as high,
        null::varchar as verdict,
        reliability is not distinct from 'suppressed' as is_hidden,
        group_dimension,
        group_value,
        statistic,
        weighting,
        n,
        reliability,
        survey, concept, category, base, data_status,
        estimate_text_{lang} as text_{lang},
        survey_label_{lang} as survey_{lang},
        concept_label_{lang} || ': ' || category_label_{lang} as what_{lang},
        group_value_label_{lang} as group_{lang},
        wave as when_{lang},
        base_label_{lang}, data_status_label_{lang},
    from mart_indicator
    union all by name
    select
        'trend' as kind,
        trend_id as figure_id,
        [survey || '/' || from_wave, survey || '/' || to_wave] as origins,
        to_wave as wave,
        true as is_public,
        change as value,
        change_low as low,
        change_high as high,
        verdict,
        false as is_hidden,
        group_dimension, group_value, statistic, weighting, to_n as n, reliability,
        survey, concept, category, base, data_status,
        verdict_label_{lang} as text_{lang},
        survey_label_{lang} as survey_{lang},
        concept_label_{lang} || ': ' || category_label_{lang} as what_{lang},
        group_value_label_{lang} as group_{lang},
        waves_text as when_{lang},
        base_label_{lang}, data_status_label_{lang},
    from mart_trend
    union all by name
    select
        'contrast' as kind,
        contrast_id as figure_id,
        [survey || '/' || wave] as origins,
        wave,
        true as is_public,
        difference as value,
        difference_low as low,
        difference_high as high,
        verdict,
        false as is_hidden,
        group_dimension, group_value, statistic, weighting, n, reliability,
        survey, concept, category, base, data_status,
        verdict_label_{lang} as text_{lang},
        survey_label_{lang} as survey_{lang},
        concept_label_{lang} || ': ' || category_label_{lang} as what_{lang},
        group_value_label_{lang} || ' / ' || reference_value_label_{lang} as group_{lang},
        wave as when_{lang},
        base_label_{lang}, data_status_label_{lang},
    from mart_contrast
    union all by name
    select
        'international' as kind,
        concat_ws(' ', concept, category, base, nl_wave, survey, country) as figure_id,
        [nl_survey || '/' || nl_wave, survey || '/' || wave] as origins,
        wave,
        true as is_public,
        difference as value,
        difference_low as low,
        difference_high as high,
        verdict,
        false as is_hidden,
        'country' as group_dimension,
        country as group_value,
        'share' as statistic,
        'none' as weighting,
        n,
        null::varchar as reliability,
        survey, concept, category, base, data_status,
        verdict_label_{lang} as text_{lang},
        survey_label_{lang} as survey_{lang},
        concept_label_{lang} || ': ' || category_label_{lang} as what_{lang},
        country_label_{lang} || ' / ' || nl_country_label_{lang} as group_{lang},
        wave || ' / ' || nl_wave as when_{lang},
        base_label_{lang}, data_status_label_{lang},
    from mart_international
)

select
    * exclude (
        what_nl, what_en, group_nl, group_en, when_nl, when_en, base_label_nl, base_label_en,
        data_status_label_nl, data_status_label_en, text_nl, text_en, survey_nl, survey_en
    ),
    concat_ws(
        ', ',
        survey_nl || ' ' || wave,
        case when data_status = 'synthetic' then upper(data_status_label_nl) end
    ) as marked_nl,
    concat_ws(
        ', ',
        survey_en || ' ' || wave,
        case when data_status = 'synthetic' then upper(data_status_label_en) end
    ) as marked_en,
    -- Of a comparison the verdict, with the difference where one is told.
    text_nl || coalesce(' (' || replace(
        case when verdict is not null then format('{:+.1f}', value) end, '.', ','
    ) || ')', '') as text_nl,
    text_en || coalesce(
        ' (' || case when verdict is not null then format('{:+.1f}', value) end || ')', ''
    ) as text_en,
    concat_ws(
        ', ',
        what_nl,
        case when group_dimension <> 'total' then group_nl end,
        case when bases > 1 then base_label_nl end,
        survey_nl || ' ' || when_nl,
        case when weighting = 'weighted' then $weighted_nl end,
        case when data_status = 'synthetic' then upper(data_status_label_nl) end
    ) as figure_nl,
    concat_ws(
        ', ',
        what_en,
        case when group_dimension <> 'total' then group_en end,
        case when bases > 1 then base_label_en end,
        survey_en || ' ' || when_en,
        case when weighting = 'weighted' then $weighted_en end,
        case when data_status = 'synthetic' then upper(data_status_label_en) end
    ) as figure_en
from (select *, count(distinct base) over (partition by survey, concept) as bases from figures)
