create or replace function public.last_alert_episodes() returns table (patient_id text, rule text, episode integer)
language sql stable set search_path = '' as $$
  select a.patient_id, a.rule, max(a.episode) from public.alerts a group by a.patient_id, a.rule
$$;
