-- Haven's own limits hold for everybody again.
drop function public.newest_alert_limits();
drop function public.change_alert_limits(jsonb, integer);
drop table public.alert_limits;
drop function haven_access.refuse_limits_change();
