drop function public.delete_expired_rows(timestamptz, integer);
drop function public.free_dropped_day();
drop function public.drop_expired_day(date);
drop function public.expired_days(date);
drop index public.vitals_hours_by_time;
drop index public.alerts_by_time;
drop index public.events_by_time;
