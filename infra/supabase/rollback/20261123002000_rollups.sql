-- The vitals themselves stay; the way up computes their rollups again.
drop function public.vitals_trend(text, text, timestamptz, timestamptz);
drop function public.keep_vitals(jsonb);
drop function public.ensure_records_partitions(date, integer);
drop table public.vitals_hours;
drop table public.vitals_minutes;
