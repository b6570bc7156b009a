{#- The key of a table: no two rows share it, and no row lacks all of it. -#}
{% test unique_key(model, columns) %}
select {{ columns | join(', ') }}, count(*) as copies
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1 or coalesce({% for column in columns %}cast({{ column }} as string){{ ', ' if not loop.last }}{% endfor %}) is null
{% endtest %}
