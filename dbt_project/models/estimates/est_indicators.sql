-- One row per survey, wave, concept, category, base, group, statistic, weighting and data status:
-- computed estimates and published figures in one shape. A published share with a known n gets
-- Wilson's interval on that n; a bound ("more than half") or a figure without n gets none.
with computed as (
    select
        estimates.*,
        loads.data_status
    from {{ ref('est_disclosed') }} as estimates
    inner join {{ ref('stg_loads') }} as loads
        on estimates.survey = loads.survey and estimates.wave = loads.wave
),

published as (
    select
        *,
        value / 100 as p,
        statistic = 'share' and bound is null and n > 0 as has_interval
    from {{ ref('stg_published_figures') }}
    where status = 'current' and statistic in ('share', 'mean', 'count')
),

sources as (
    select * from {{ ref('stg_sources') }}
),

united as (
    select
        survey,
        wave,
        concept,
        category,
        base,
        group_dimension,
        group_value,
        weighting,
        data_status,
        statistic,
        estimate,
        estimate_low,
        estimate_high,
        standard_error,
        total,
        total_standard_error,
        n,
        df,
        interval_method,
        false as approximate,
        cast(null as string) as bound,
        conf_status,
        cast(null as string) as source_id,
        cast(null as string) as source_locator
    from computed
    union all
    select
        survey,
        wave,
        concept,
        category,
        base,
        group_dimension,
        group_value,
        'none' as weighting,
        'published' as data_status,
        statistic,
        value as estimate,
        case when has_interval then 100 * {{ wilson_bound('p', 'n', -1) }} end as estimate_low,
        case when has_interval then 100 * {{ wilson_bound('p', 'n', 1) }} end as estimate_high,
        case when has_interval then 100 * sqrt(p * (1 - p) / n) end as standard_error,
        cast(null as double) as total,
        cast(null as double) as total_standard_error,
        n,
        cast(null as bigint) as df,
        case when has_interval then 'wilson_published_n' else 'none' end as interval_method,
        approximate,
        bound,
        'F' as conf_status,
        source_id,
        locator as source_locator
    from published
)

select
    {{ short_hash([
        'united.survey', 'united.wave', 'united.concept', 'united.category', 'united.base',
        'united.group_dimension', 'united.group_value', 'united.statistic', 'united.weighting',
        'united.data_status'
    ]) }} as indicator_id,
    united.*,
    comparability.comparability,
    comparability.comparability_note_nl,
    comparability.comparability_note_en,
    -- Without an n nobody can say how reliable a published figure is.
    case
        when united.conf_status <> 'F' then 'suppressed'
        when
            united.n < {{ var('reliable_base') }} or united.df < {{ var('reliable_df') }}
            then 'indicative'
        when united.n is not null then 'reliable'
    end as reliability,
    case
        when united.conf_status <> 'F' then 'Q'
        else coalesce(nullif(concat_ws(
            ',',
            case when comparability.comparability in ('limited', 'impossible') then 'B' end,
            case
                when
                    united.n < {{ var('reliable_base') }}
                    or united.df < {{ var('reliable_df') }} then 'U'
            end
        ), ''), 'A')
    end as obs_status,
    sources.title as source_title,
    sources.url as source_url
from united
inner join {{ ref('est_comparability') }} as comparability
    on {{ equal_columns('united', 'comparability', ['survey', 'wave', 'concept', 'category']) }}
left join sources on united.source_id = sources.source_id
