-- One row per survey and wave with weights: how unequal they are. With the coefficient of variation
-- c of the weights the design effect is 1 + c^2 = n sum w^2 / (sum w)^2, and the effective number
-- of answers n / (1 + c^2) (Kish 1965, Survey Sampling, 11.7).
with weights as (
    select * from {{ ref('hrm_sample_design') }}
    where weighting = 'weighted'
),

effects as (
    select
        survey,
        wave,
        count(*) as n,
        count(*) * sum(weight * weight) / power(sum(weight), 2) as design_effect
    from weights
    group by survey, wave
)

select
    survey,
    wave,
    cast(n as bigint) as n,
    design_effect,
    -- Equal weights can miss 1 by a rounding.
    sqrt(greatest(design_effect - 1, 0)) as variation,
    n / design_effect as effective_n
from effects
