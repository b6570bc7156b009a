-- Every respondent of a wave with a frame falls in a stratum of it, and so has a weight.
select survey, wave, respondent_id
from {{ ref('dim_respondent') }}
group by survey, wave, respondent_id
having count(*) < 2 or max(frame_count) is null
