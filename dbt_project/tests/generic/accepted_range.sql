{#- Values of a column lie between two bounds, both included; empty values are left alone. -#}
{% test accepted_range(model, column, low, high) %}
select {{ column }}
from {{ model }}
where {{ column }} < {{ low }} or {{ column }} > {{ high }}
{% endtest %}
