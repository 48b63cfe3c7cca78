drop function public.last_alert_episodes();
drop function public.keep_alerts(jsonb);
drop table public.alerts;
