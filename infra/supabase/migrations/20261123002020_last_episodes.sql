-- As before, by as many looks into the index as there are patients with rules, instead of reading every alert.
create or replace function public.last_alert_episodes() returns table (patient_id text, rule text, episode integer)
language sql stable set search_path = '' as $$
  with recursive watched as (
    (select a.patient_id, a.rule from public.alerts a order by a.patient_id, a.rule limit 1)
    union all
    select n.patient_id, n.rule
      from watched w
      cross join lateral (
        select a.patient_id, a.rule from public.alerts a
         where (a.patient_id, a.rule) > (w.patient_id, w.rule) order by a.patient_id, a.rule limit 1) n
  )
  select w.patient_id, w.rule,
         (select max(a.episode) from public.alerts a where a.patient_id = w.patient_id and a.rule = w.rule)
    from watched w
$$;
